using Sampan.Faults;

namespace Sampan.Shim.Containerd;

/// <summary>The flags every shim gets, in Go's spelling (<c>-id x</c>, <c>--id x</c>, <c>-id=x</c>), and the action.
/// containerd: core/runtime/v2/README.md § Commands</summary>
internal sealed record ContainerdArguments
{
    public string Namespace { get; private set; } = "";
    public string Id { get; private set; } = "";

    /// <summary>Of containerd's gRPC socket.</summary>
    public string Address { get; private set; } = "";
    public string Bundle { get; private set; } = "";

    /// <summary>start, delete, or empty.</summary>
    public string Action { get; private set; } = "";
    public bool Version { get; private set; }
    public bool Info { get; private set; }

    /// <exception cref="FaultException">InvalidArgument.</exception>
    public static ContainerdArguments Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new ContainerdArguments();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith('-'))
            {
                parsed.Action = arguments[i];
                continue;
            }
            string flag = arguments[i].TrimStart('-');
            int equals = flag.IndexOf('=');
            string? value = equals < 0 ? null : flag[(equals + 1)..];
            if (equals >= 0) flag = flag[..equals];
            switch (flag)
            {
                case "v": parsed.Version = true; break;
                case "info": parsed.Info = true; break;
                case "debug": break; // what we log does not depend on it
                case "namespace": parsed.Namespace = value ?? Next(); break;
                case "id": parsed.Id = value ?? Next(); break;
                case "address": parsed.Address = value ?? Next(); break;
                case "bundle": parsed.Bundle = value ?? Next(); break;
                // Deprecated by the event service, which we use; and the socket, which we choose.
                case "publish-binary" or "socket": _ = value ?? Next(); break;
                default: throw new FaultException(FaultKind.InvalidArgument, $"flag provided but not defined: -{flag}");
            }

            string Next() => ++i < arguments.Count ? arguments[i]
                : throw new FaultException(FaultKind.InvalidArgument, $"flag needs an argument: -{flag}");
        }
        return parsed;
    }
}
