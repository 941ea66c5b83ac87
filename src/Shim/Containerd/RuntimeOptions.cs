using Sampan.Faults;
using Sampan.Specs.Protobuf;

namespace Sampan.Shim.Containerd;

/// <summary>The runtime options of Create: of runc's, those that have a meaning here. What we cannot do is refused, never skipped.
/// https://github.com/containerd/containerd/blob/v1.7.0/api/types/runc/options/oci.proto</summary>
internal sealed record RuntimeOptions
{
    public bool NoPivotRoot { get; private set; }
    public bool NoNewKeyring { get; private set; }

    /// <summary>cgroupsPath is "slice:prefix:name".</summary>
    public bool SystemdCgroup { get; private set; }

    /// <summary>Images to restore from, where the request names none; empty for none.</summary>
    public string CriuImagePath { get; private set; } = "";

    /// <summary>Where criu's log of a restore goes; empty: beside the bundle's state.</summary>
    public string CriuWorkPath { get; private set; } = "";

    /// <exception cref="FaultException">NotSupported: another type, or an option of runc's alone, which is named.</exception>
    public static RuntimeOptions Read(string type, ReadOnlySpan<byte> value)
    {
        var options = new RuntimeOptions();
        if (value.IsEmpty) return options;
        if (!type.EndsWith("containerd.runc.v1.Options", StringComparison.Ordinal))
            throw new FaultException(FaultKind.NotSupported, $"runtime options of type '{type}' are not supported by sampan");
        var reader = new ProtobufReader(value);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: options.NoPivotRoot = reader.Bool(); break;
                case 2: options.NoNewKeyring = reader.Bool(); break;
                case 9: options.SystemdCgroup = reader.Bool(); break;
                case 10: options.CriuImagePath = reader.String(); break;
                case 11: options.CriuWorkPath = reader.String(); break;
                default: throw new FaultException(FaultKind.NotSupported, $"the runtime option '{Name(reader.Field)}' is not supported by sampan");
            }
        }
        return options;
    }

    private static string Name(int field) => field switch
    {
        3 => "ShimCgroup", 4 => "IoUid", 5 => "IoGid", 6 => "BinaryName", 7 => "Root", 8 => "CriuPath",
        _ => $"field {field}",
    };
}
