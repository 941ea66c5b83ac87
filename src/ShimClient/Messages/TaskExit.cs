using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>How a process ended. containerd.task.v2.WaitResponse and DeleteResponse</summary>
public sealed record TaskExit
{
    /// <summary>In the shim's pid namespace. Only Delete fills it.</summary>
    public int Pid { get; init; }

    /// <summary>0–255; 128 + signal when a signal ended it.</summary>
    public required int ExitStatus { get; init; }

    public required DateTimeOffset ExitedAt { get; init; }

    /// <summary>The kernel's OOM killer struck inside the container. Our shims say it in field 100 of WaitResponse, which other
    /// readers skip.</summary>
    public bool OomKilled { get; init; }

    internal static TaskExit ReadWait(ReadOnlySpan<byte> data) => Read(data, pid: 0, status: 1, time: 2);

    internal static TaskExit ReadDelete(ReadOnlySpan<byte> data) => Read(data, pid: 1, status: 2, time: 3);

    internal void WriteWait(ProtobufWriter writer)
    {
        writer.UInt32(1, (uint)ExitStatus);
        TimestampMessage.Write(writer, 2, ExitedAt);
        writer.Bool(OomField, OomKilled);
    }

    internal void WriteDelete(ProtobufWriter writer)
    {
        writer.UInt32(1, (uint)Pid);
        writer.UInt32(2, (uint)ExitStatus);
        TimestampMessage.Write(writer, 3, ExitedAt);
    }

    private const int OomField = 100;

    private static TaskExit Read(ReadOnlySpan<byte> data, int pid, int status, int time)
    {
        int process = 0, exit = 0;
        var at = DateTimeOffset.UnixEpoch;
        bool oom = false;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            if (reader.Field == pid) process = reader.Int32();
            else if (reader.Field == status) exit = reader.Int32();
            else if (reader.Field == time) at = TimestampMessage.Read(reader.Bytes());
            else if (reader.Field == OomField) oom = reader.Bool();
            else reader.Skip();
        }
        return new TaskExit { Pid = process, ExitStatus = exit, ExitedAt = at, OomKilled = oom };
    }
}
