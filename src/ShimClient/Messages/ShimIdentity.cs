using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>Who answers on a shim's socket. containerd.task.v2.ConnectResponse</summary>
/// <param name="ShimPid">The shim itself.</param>
/// <param name="TaskPid">The container's init; 0 before Create.</param>
/// <param name="Version">Of the shim program.</param>
public sealed record ShimIdentity(int ShimPid, int TaskPid, string Version)
{
    internal static ShimIdentity Read(ReadOnlySpan<byte> data)
    {
        int shim = 0, task = 0;
        string version = "";
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: shim = reader.Int32(); break;
                case 2: task = reader.Int32(); break;
                case 3: version = reader.String(); break;
                default: reader.Skip(); break;
            }
        }
        return new ShimIdentity(shim, task, version);
    }

    internal void Write(ProtobufWriter writer)
    {
        writer.UInt32(1, (uint)ShimPid);
        writer.UInt32(2, (uint)TaskPid);
        writer.String(3, Version);
    }
}
