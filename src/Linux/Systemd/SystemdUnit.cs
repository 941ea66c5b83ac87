using Sampan.Faults;

namespace Sampan.Linux.Systemd;

/// <summary>The unit that a cgroupsPath of the form "slice:prefix:name" means. runc(8) § systemd</summary>
/// <param name="Slice">"machine.slice", "user-1000.slice".</param>
/// <param name="Name">"prefix-name.scope", or a slice itself.</param>
public sealed record SystemdUnit(string Slice, string Name)
{
    /// <exception cref="FaultException">InvalidArgument: it has another form.</exception>
    public static SystemdUnit Parse(string? cgroupsPath, string id, bool machine)
    {
        string[] parts = string.IsNullOrEmpty(cgroupsPath) ? ["", "sampan", id] : cgroupsPath.Split(':');
        if (parts.Length != 3 || parts[2].Length == 0)
            throw new FaultException(FaultKind.InvalidArgument, $"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got '{cgroupsPath}' instead");
        string slice = parts[0].Length > 0 ? parts[0] : machine ? "system.slice" : "user.slice";
        if (!slice.EndsWith(".slice", StringComparison.Ordinal) || slice.Contains('/') || slice.StartsWith('-') || parts[2].Contains('/'))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid slice name '{slice}' in cgroupsPath '{cgroupsPath}'");
        if (parts[2].EndsWith(".slice", StringComparison.Ordinal)) return new(slice, parts[2]);
        return new(slice, parts[1].Length > 0 ? $"{parts[1]}-{parts[2]}.scope" : $"{parts[2]}.scope");
    }
}
