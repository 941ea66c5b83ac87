using Sampan.Specs.Protobuf;

namespace Sampan.Runtime.Criu;

/// <summary>What criu says: the end of a request, or a moment on the way (<see cref="CriuRequestType.NOTIFY"/>). rpc.proto criu_resp</summary>
internal sealed record CriuResponse
{
    internal CriuRequestType Type { get; private set; }
    internal bool Success { get; private set; }

    /// <summary>The moment's name: "post-restore".</summary>
    internal string Script { get; private set; } = "";

    /// <summary>The process that a moment is about.</summary>
    internal int Pid { get; private set; }

    internal int Errno { get; private set; }

    internal bool HasMemoryTracking { get; private set; }
    internal bool HasLazyPages { get; private set; }

    /// <summary>31701 for 3.17.1.</summary>
    internal int Version { get; private set; }

    /// <exception cref="Faults.FaultException">InvalidArgument: it is no such message.</exception>
    internal static CriuResponse Decode(ReadOnlySpan<byte> message)
    {
        CriuResponse response = new();
        ProtobufReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: response.Type = (CriuRequestType)reader.Int32(); break;
                case 2: response.Success = reader.Bool(); break;
                case 5: response.ReadNotification(reader.Bytes()); break;
                case 7: response.Errno = reader.Int32(); break;
                case 8: response.ReadFeatures(reader.Bytes()); break;
                case 10: response.Version = ReadVersion(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }
        return response;
    }

    private void ReadNotification(ReadOnlySpan<byte> message)
    {
        ProtobufReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == 1) Script = reader.String();
            else if (reader.Field == 2) Pid = reader.Int32();
            else reader.Skip();
        }
    }

    private void ReadFeatures(ReadOnlySpan<byte> message)
    {
        ProtobufReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == 1) HasMemoryTracking = reader.Bool();
            else if (reader.Field == 2) HasLazyPages = reader.Bool();
            else reader.Skip();
        }
    }

    private static int ReadVersion(ReadOnlySpan<byte> message)
    {
        int version = 0;
        ProtobufReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == 1) version += reader.Int32() * 10_000;
            else if (reader.Field == 2) version += reader.Int32() * 100;
            else if (reader.Field == 4) version += reader.Int32();
            else reader.Skip();
        }
        return version;
    }
}
