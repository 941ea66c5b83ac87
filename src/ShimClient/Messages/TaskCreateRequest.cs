using Sampan.Specs.Protobuf;
using Sampan.Specs;

namespace Sampan.ShimClient;

/// <summary>Asks a shim to create (not start) the container of a bundle. containerd.task.v2.CreateTaskRequest</summary>
public sealed record TaskCreateRequest
{
    public required string Id { get; init; }

    /// <summary>Absolute path of the OCI bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>Mounted on the bundle's root path, inside the container's own mount namespace. Empty: the root file system is
    /// there already.</summary>
    public IReadOnlyList<Mount> Rootfs { get; init; } = [];

    public bool Terminal { get; init; }

    /// <summary>A <see cref="StdioUri"/>, an absolute fifo path, or empty for /dev/null.</summary>
    public string Stdin { get; init; } = "";

    /// <inheritdoc cref="Stdin"/>
    public string Stdout { get; init; } = "";

    /// <inheritdoc cref="Stdin"/>
    public string Stderr { get; init; } = "";

    /// <summary>Absolute path of the folder of a checkpoint's images: the start brings its processes back. Empty: the config's program is started.</summary>
    public string Checkpoint { get; init; } = "";

    /// <summary>Type URL of the runtime options; empty when there are none.</summary>
    internal string OptionsType { get; init; } = "";
    internal ReadOnlyMemory<byte> Options { get; init; }

    internal static TaskCreateRequest Read(ReadOnlySpan<byte> data)
    {
        string id = "", bundle = "", stdin = "", stdout = "", stderr = "", checkpoint = "";
        bool terminal = false;
        string optionsType = "";
        byte[] options = [];
        var rootfs = new List<Mount>();
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.String(); break;
                case 2: bundle = reader.String(); break;
                case 3: rootfs.Add(MountMessage.Read(reader.Bytes())); break;
                case 4: terminal = reader.Bool(); break;
                case 5: stdin = reader.String(); break;
                case 6: stdout = reader.String(); break;
                case 7: stderr = reader.String(); break;
                case 8: checkpoint = reader.String(); break;
                case 10:
                    var any = AnyMessage.Read(reader.Bytes());
                    (optionsType, options) = (any.TypeUrl, any.Value.ToArray());
                    break;
                default: reader.Skip(); break; // 9 names an earlier checkpoint, which the images name too
            }
        }
        return new TaskCreateRequest
        {
            Id = id, Bundle = bundle, Rootfs = rootfs, Terminal = terminal,
            Stdin = stdin, Stdout = stdout, Stderr = stderr, Checkpoint = checkpoint,
            OptionsType = optionsType, Options = options,
        };
    }

    internal void Write(ProtobufWriter writer)
    {
        writer.String(1, Id);
        writer.String(2, Bundle);
        foreach (var mount in Rootfs) MountMessage.Write(writer, 3, mount);
        writer.Bool(4, Terminal);
        writer.String(5, Stdin);
        writer.String(6, Stdout);
        writer.String(7, Stderr);
        writer.String(8, Checkpoint);
    }
}
