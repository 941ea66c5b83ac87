using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Spec;

/// <summary>A profile of <c>--security-opt seccomp=FILE</c>: its conditions are decided for one container on this machine.</summary>
internal sealed class CustomSeccomp
{
    private readonly SeccompProfile _profile;

    private CustomSeccomp(SeccompProfile profile) => _profile = profile;

    /// <param name="json">The profile's text, which the CLI sends.</param>
    /// <exception cref="FaultException">InvalidArgument, with Docker's texts.</exception>
    public static CustomSeccomp Parse(string json)
    {
        SeccompProfile profile;
        try
        {
            profile = JsonSerializer.Deserialize(json, DockerJson.Wire.SeccompProfile) ?? new SeccompProfile();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Invalid($"decoding seccomp profile failed: {error.Message}", error);
        }
        if (profile.ArchMap is { Count: > 0 } && profile.Architectures is { Count: > 0 })
            throw Invalid("use either 'architectures' or 'archMap'");
        if (profile.DefaultAction is not { Length: > 0 } && profile.Syscalls is { Count: > 0 })
            throw Invalid("decoding seccomp profile failed: no defaultAction");
        foreach (var rule in profile.Syscalls ?? [])
        {
            if (rule is { Name.Length: > 0, Names.Count: > 0 })
                throw Invalid("use either 'name' or 'names'");
            if (rule.Action is not { Length: > 0 })
                throw Invalid($"decoding seccomp profile failed: no action for '{string.Join(", ", NamesOf(rule))}'");
            foreach (var condition in new[] { rule.Includes, rule.Excludes })
                if (condition?.MinKernel is { Length: > 0 } kernel && !TryKernel(kernel, out _))
                    throw Invalid($"decoding seccomp profile failed: invalid kernel version: {kernel}, expected \"<kernel>.<major>\"");
        }
        return new CustomSeccomp(profile);
    }

    /// <param name="capabilities">The container's bounding set.</param>
    /// <param name="architecture">Go's name of this machine's.</param>
    /// <param name="kernel">This machine's release, "6.1.0-13-amd64".</param>
    /// <returns>Null: the profile asks for nothing.</returns>
    public Seccomp? For(IReadOnlyList<string> capabilities, string architecture, string kernel)
    {
        if (_profile.DefaultAction is not { Length: > 0 } defaultAction)
            return null;
        TryKernel(kernel, out var running);
        return new Seccomp
        {
            DefaultAction = defaultAction,
            DefaultErrnoRet = _profile.DefaultErrnoRet,
            Architectures = _profile.ArchMap is { Count: > 0 } map ? ArchitecturesOf(map, architecture) : _profile.Architectures,
            Flags = _profile.Flags,
            ListenerPath = _profile.ListenerPath,
            ListenerMetadata = _profile.ListenerMetadata,
            Syscalls = [.. (_profile.Syscalls ?? []).Where(rule => Holds(rule, capabilities, architecture, running)).Select(Translate)],
        };
    }

    private static bool Holds(SeccompProfileRule rule, IReadOnlyList<string> capabilities, string architecture, (int, int) kernel)
    {
        if (rule.Excludes is { } not && (not.Architectures?.Contains(architecture) is true
            || not.Capabilities?.Any(capabilities.Contains) is true
            || not.MinKernel is { Length: > 0 } && IsReached(not.MinKernel, kernel)))
            return false;
        return rule.Includes is not { } only || ((only.Architectures is not { Count: > 0 } || only.Architectures.Contains(architecture))
            && only.Capabilities?.All(capabilities.Contains) is not false
            && (only.MinKernel is not { Length: > 0 } || IsReached(only.MinKernel, kernel)));
    }

    private static bool IsReached(string minimum, (int, int) kernel) => TryKernel(minimum, out var wanted) && kernel.CompareTo(wanted) >= 0;

    private static IReadOnlyList<string>? ArchitecturesOf(IReadOnlyList<SeccompArchitectures> map, string architecture)
    {
        string native = architecture switch { "amd64" => "SCMP_ARCH_X86_64", "arm64" => "SCMP_ARCH_AARCH64", _ => "" };
        string[] found = [.. map.Where(entry => entry.Architecture == native).SelectMany(entry => (string[])[native, .. entry.SubArchitectures ?? []])];
        return found.Length > 0 ? found : null;
    }

    private static SeccompSyscall Translate(SeccompProfileRule rule) => new()
    {
        Names = NamesOf(rule),
        Action = rule.Action!,
        ErrnoRet = rule.ErrnoRet,
        Args = rule.Args is not { Count: > 0 } arguments ? null : [.. arguments.Select(argument =>
            new SeccompArgument { Index = argument.Index, Value = argument.Value, ValueTwo = argument.ValueTwo, Op = argument.Op ?? "" })],
    };

    private static IReadOnlyList<string> NamesOf(SeccompProfileRule rule) => rule.Name is { Length: > 0 } name ? [name] : rule.Names ?? [];

    // 4.8    6.1.0-13-amd64
    private static bool TryKernel(string text, out (int Version, int Major) kernel)
    {
        kernel = default;
        string[] parts = text.Split(['.', '-'], 3);
        if (parts.Length < 2 || !int.TryParse(parts[0], out int version) || !int.TryParse(parts[1], out int major))
            return false;
        kernel = (version, major);
        return true;
    }

    private static FaultException Invalid(string message, Exception? inner = null) => new(FaultKind.InvalidArgument, message, inner);
}
