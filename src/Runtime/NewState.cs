using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>The first state document of a container that is being made.</summary>
internal static class NewState
{
    internal static ContainerState Of(string id, RuntimeSpec spec, string bundle, int pid, string status, DateTime created) => new()
    {
        Id = id,
        Status = status,
        Pid = pid,
        Bundle = bundle,
        Rootfs = Path.GetFullPath(spec.Root!.Path, bundle),
        Created = created,
        Annotations = spec.Annotations,
        LaterHooks = LaterHooks(spec.Hooks),
    };

    private static List<string> LaterHooks(Hooks? hooks)
    {
        List<string> named = [];
        if (hooks?.Poststart is { Count: > 0 }) named.Add("poststart");
        if (hooks?.Poststop is { Count: > 0 }) named.Add("poststop");
        return named;
    }
}
