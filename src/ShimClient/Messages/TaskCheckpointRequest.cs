using Sampan.Faults;
using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>Asks a shim to save its container's processes into files. containerd.task.v2.CheckpointTaskRequest, with runc's options in it:
/// https://github.com/containerd/containerd/blob/v1.7.0/api/types/runc/options/oci.proto CheckpointOptions</summary>
public sealed record TaskCheckpointRequest
{
    private const string OptionsType = "containerd.runc.v1.CheckpointOptions";

    /// <summary>Absolute path of the folder that takes the images.</summary>
    public required string Path { get; init; }

    /// <summary>Absolute path of the folder of criu's log and statistics; empty: one that goes away.</summary>
    public string WorkPath { get; init; } = "";

    /// <summary>The processes end.</summary>
    public bool Exit { get; init; }

    public bool OpenTcp { get; init; }
    public bool ExternalUnixSockets { get; init; }

    /// <summary>The container is a shell's job.</summary>
    public bool Terminal { get; init; }

    public bool FileLocks { get; init; }

    /// <summary>criu's --manage-cgroups: "soft", "full", "strict", "ignore", or empty for its own choice.</summary>
    public string CgroupsMode { get; init; } = "";

    /// <exception cref="FaultException">NotSupported: options of another type, a namespace that cannot be left empty.</exception>
    internal static TaskCheckpointRequest Read(ReadOnlySpan<byte> data)
    {
        string path = "";
        TaskCheckpointRequest request = new() { Path = path };
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: path = reader.String(); break;
                case 3:
                    var any = AnyMessage.Read(reader.Bytes());
                    if (any.Value.IsEmpty) break;
                    if (!any.TypeUrl.EndsWith(OptionsType, StringComparison.Ordinal))
                        throw new FaultException(FaultKind.NotSupported, $"checkpoint options of type '{any.TypeUrl}' are not supported by sampan");
                    request = ReadOptions(any.Value);
                    break;
                default: reader.Skip(); break;
            }
        }
        return request with { Path = path };
    }

    internal void Write(ProtobufWriter writer, string id)
    {
        writer.String(1, id);
        writer.String(2, Path);
        var options = new ProtobufWriter();
        options.Bool(1, Exit);
        options.Bool(2, OpenTcp);
        options.Bool(3, ExternalUnixSockets);
        options.Bool(4, Terminal);
        options.Bool(5, FileLocks);
        options.String(7, CgroupsMode);
        options.String(9, WorkPath);
        AnyMessage.Write(writer, 3, OptionsType, options.Written);
    }

    private static TaskCheckpointRequest ReadOptions(ReadOnlySpan<byte> data)
    {
        bool exit = false, tcp = false, sockets = false, terminal = false, locks = false;
        string mode = "", work = "";
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: exit = reader.Bool(); break;
                case 2: tcp = reader.Bool(); break;
                case 3: sockets = reader.Bool(); break;
                case 4: terminal = reader.Bool(); break;
                case 5: locks = reader.Bool(); break;
                case 6:
                    string space = reader.String();
                    if (space != "network") throw new FaultException(FaultKind.NotSupported, $"namespace \"{space}\" is not supported");   // that one is always left empty
                    break;
                case 7: mode = reader.String(); break;
                case 9: work = reader.String(); break;
                default: reader.Skip(); break;   // 8 is the request's path again
            }
        }
        return new TaskCheckpointRequest
        {
            Path = "", WorkPath = work, Exit = exit, OpenTcp = tcp, ExternalUnixSockets = sockets, Terminal = terminal, FileLocks = locks, CgroupsMode = mode,
        };
    }
}
