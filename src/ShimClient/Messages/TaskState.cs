using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>What a shim knows of one process: the container's init, or an exec. containerd.task.v2.StateResponse</summary>
public sealed record TaskState
{
    public string Id { get; init; } = "";
    public string Bundle { get; init; } = "";

    /// <summary>In the shim's pid namespace; 0 before an exec is started.</summary>
    public int Pid { get; init; }

    public ProcessStatus Status { get; init; }
    public string Stdin { get; init; } = "";
    public string Stdout { get; init; } = "";
    public string Stderr { get; init; } = "";
    public bool Terminal { get; init; }

    /// <summary>0–255 (128 + signal when killed by one); meaningful once <see cref="Status"/> is Stopped.</summary>
    public int ExitStatus { get; init; }

    /// <summary>Null while the process has not ended.</summary>
    public DateTimeOffset? ExitedAt { get; init; }

    /// <summary>Empty for the container's init.</summary>
    public string ExecId { get; init; } = "";

    internal static TaskState Read(ReadOnlySpan<byte> data)
    {
        string id = "", bundle = "", stdin = "", stdout = "", stderr = "", exec = "";
        int pid = 0, exit = 0;
        var status = ProcessStatus.Unknown;
        bool terminal = false;
        DateTimeOffset? exited = null;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.String(); break;
                case 2: bundle = reader.String(); break;
                case 3: pid = reader.Int32(); break;
                case 4: status = (ProcessStatus)reader.Int32(); break;
                case 5: stdin = reader.String(); break;
                case 6: stdout = reader.String(); break;
                case 7: stderr = reader.String(); break;
                case 8: terminal = reader.Bool(); break;
                case 9: exit = reader.Int32(); break;
                case 10: exited = TimestampMessage.Read(reader.Bytes()); break;
                case 11: exec = reader.String(); break;
                default: reader.Skip(); break;
            }
        }
        return new TaskState
        {
            Id = id, Bundle = bundle, Pid = pid, Status = status, Stdin = stdin, Stdout = stdout, Stderr = stderr,
            Terminal = terminal, ExitStatus = exit, ExitedAt = exited, ExecId = exec,
        };
    }

    internal void Write(ProtobufWriter writer)
    {
        writer.String(1, Id);
        writer.String(2, Bundle);
        writer.UInt32(3, (uint)Pid);
        writer.Int32(4, (int)Status);
        writer.String(5, Stdin);
        writer.String(6, Stdout);
        writer.String(7, Stderr);
        writer.Bool(8, Terminal);
        writer.UInt32(9, (uint)ExitStatus);
        if (ExitedAt is { } time) TimestampMessage.Write(writer, 10, time);
        writer.String(11, ExecId);
    }
}
