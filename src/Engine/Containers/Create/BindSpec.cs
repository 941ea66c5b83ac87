using Sampan.Faults;
using Sampan.Volumes;

namespace Sampan.Engine.Containers.Create;

/// <summary>One <c>-v</c>: <c>/host:/container[:mode]</c> or <c>volume:/container[:mode]</c>.</summary>
internal sealed record BindSpec
{
    /// <summary>A path of the host, or the name of a volume.</summary>
    public required string Source { get; init; }
    public required string Destination { get; init; }
    public string Mode { get; init; } = "";
    public bool ReadWrite { get; init; } = true;
    public string Propagation { get; init; } = "";
    public bool NoCopy { get; init; }

    public bool IsVolume => !Source.StartsWith('/');

    /// <exception cref="FaultException">InvalidArgument, with Docker's texts.</exception>
    public static BindSpec Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length is < 2 or > 3 || parts[0].Length == 0 || parts[1].Length == 0)
            throw Invalid(text);
        var spec = new BindSpec { Source = parts[0], Destination = MountTarget.Clean(parts[1], text), Mode = parts.Length == 3 ? parts[2] : "" };
        if (spec.IsVolume)
            VolumeName.Check(spec.Source);
        if (spec.Mode.Length == 0)
            return spec;
        var kinds = new HashSet<ModeKind>();
        foreach (string word in spec.Mode.Split(','))
            spec = kinds.Add(KindOf(word)) ? spec.With(word) : throw InvalidMode(spec.Mode);
        return spec;
    }

    private enum ModeKind { Access, Label, Propagation, Copy, Consistency, Unknown }

    /// <summary>Of each kind a mode has one word at most.</summary>
    private static ModeKind KindOf(string word) => word switch
    {
        "rw" or "ro" => ModeKind.Access,
        "z" or "Z" => ModeKind.Label,
        "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave" => ModeKind.Propagation,
        "nocopy" => ModeKind.Copy,
        "consistent" or "cached" or "delegated" or "default" => ModeKind.Consistency,
        _ => ModeKind.Unknown,
    };

    private BindSpec With(string word) => word switch
    {
        "rw" => this,
        "ro" => this with { ReadWrite = false },
        // Labels for SELinux, and consistency for virtual machines of other systems: nothing to do here, as in Docker.
        "z" or "Z" or "consistent" or "cached" or "delegated" or "default" => this,
        "nocopy" when IsVolume => this with { NoCopy = true },
        "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave" when !IsVolume => this with { Propagation = word },
        _ => throw InvalidMode(Mode),
    };

    private static FaultException InvalidMode(string mode) => new(FaultKind.InvalidArgument, $"invalid mode: {mode}");

    private static FaultException Invalid(string text) => new(FaultKind.InvalidArgument, $"invalid volume specification: '{text}'");
}

/// <summary>Where a mount shows in the container.</summary>
internal static class MountTarget
{
    /// <summary>The path without ".", ".." and doubled slashes.</summary>
    /// <exception cref="FaultException">InvalidArgument: not absolute, or the root.</exception>
    public static string Clean(string path, string specification)
    {
        if (!path.StartsWith('/'))
            throw new FaultException(FaultKind.InvalidArgument,
                $"invalid volume specification: '{specification}': invalid mount config for type \"bind\": invalid mount path: '{path}' mount path must be absolute");
        string cleaned = Path.GetFullPath(path);
        if (cleaned.Length > 1)
            cleaned = cleaned.TrimEnd('/');
        return cleaned != "/" ? cleaned
            : throw new FaultException(FaultKind.InvalidArgument, $"invalid volume specification: '{specification}': invalid mount config for type \"bind\": invalid specification: destination can't be '/'");
    }
}
