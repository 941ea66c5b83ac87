using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>Adds (does not start) a process to a running container. containerd.task.v2.ExecProcessRequest</summary>
public sealed record TaskExecRequest
{
    /// <summary>Type URL of <see cref="Process"/>: JSON of the runtime specification's <c>process</c>.</summary>
    internal const string ProcessType = "types.containerd.io/opencontainers/runtime-spec/1/Process";

    public required string ExecId { get; init; }
    public bool Terminal { get; init; }

    /// <summary>A <see cref="StdioUri"/>, an absolute fifo path, or empty for /dev/null.</summary>
    public string Stdin { get; init; } = "";

    /// <inheritdoc cref="Stdin"/>
    public string Stdout { get; init; } = "";

    /// <inheritdoc cref="Stdin"/>
    public string Stderr { get; init; } = "";

    /// <summary>UTF-8 JSON of the <c>process</c> object. runtime-spec config.md § Process</summary>
    public required ReadOnlyMemory<byte> Process { get; init; }

    internal string Id { get; init; } = "";

    internal static TaskExecRequest Read(ReadOnlySpan<byte> data)
    {
        string id = "", exec = "", stdin = "", stdout = "", stderr = "";
        bool terminal = false;
        byte[] process = [];
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.String(); break;
                case 2: exec = reader.String(); break;
                case 3: terminal = reader.Bool(); break;
                case 4: stdin = reader.String(); break;
                case 5: stdout = reader.String(); break;
                case 6: stderr = reader.String(); break;
                case 7: process = AnyMessage.Read(reader.Bytes()).Value.ToArray(); break;
                default: reader.Skip(); break;
            }
        }
        return new TaskExecRequest
        {
            Id = id, ExecId = exec, Terminal = terminal,
            Stdin = stdin, Stdout = stdout, Stderr = stderr, Process = process,
        };
    }

    internal void Write(ProtobufWriter writer)
    {
        writer.String(1, Id);
        writer.String(2, ExecId);
        writer.Bool(3, Terminal);
        writer.String(4, Stdin);
        writer.String(5, Stdout);
        writer.String(6, Stderr);
        AnyMessage.Write(writer, 7, ProcessType, Process.Span);
    }
}
