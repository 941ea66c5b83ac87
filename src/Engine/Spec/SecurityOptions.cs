using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Spec;

/// <summary><c>--security-opt</c>, parsed: no-new-privileges, seccomp, apparmor, label, systempaths.</summary>
internal sealed record SecurityOptions
{
    public bool NoNewPrivileges { get; init; }
    private bool SeccompUnconfined { get; init; }
    private CustomSeccomp? Profile { get; init; }
    /// <summary>As asked for, "unconfined" included; null: not asked for.</summary>
    public string? AppArmorProfile { get; init; }
    public bool SystemPathsUnconfined { get; init; }

    /// <summary>The filter to apply; null: unconfined.</summary>
    /// <param name="capabilities">Docker's default allows more calls to those that have the capability for them.</param>
    public Seccomp? SeccompFor(IReadOnlyList<string> capabilities) =>
        SeccompUnconfined ? null
        : Profile is { } profile ? profile.For(capabilities, HostFacts.GoArchitecture, HostFacts.KernelVersion)
        : DockerDefaultSeccomp.For(capabilities);

    /// <exception cref="FaultException">InvalidArgument: unknown or malformed. NotSupported: SELinux, an AppArmor profile without AppArmor.</exception>
    public static SecurityOptions Parse(IReadOnlyList<string>? options, bool privileged)
    {
        var result = new SecurityOptions { SeccompUnconfined = privileged };
        foreach (string option in options ?? [])
        {
            if (option == "no-new-privileges")
            {
                result = result with { NoNewPrivileges = true };
                continue;
            }
            // Docker's older form has a colon: "seccomp:unconfined".
            int split = option.IndexOfAny(['=', ':']);
            if (split < 0)
                throw new FaultException(FaultKind.InvalidArgument, $"invalid --security-opt 1: \"{option}\"");
            result = Apply(result, option[..split], option[(split + 1)..], option);
        }
        return result;
    }

    private static SecurityOptions Apply(SecurityOptions current, string name, string value, string option) => name switch
    {
        "no-new-privileges" => current with
        {
            NoNewPrivileges = bool.TryParse(value, out bool on) ? on
                : throw new FaultException(FaultKind.InvalidArgument, $"invalid --security-opt 2: \"{option}\""),
        },
        "seccomp" when value is "unconfined" or "builtin" => current with { SeccompUnconfined = value == "unconfined", Profile = null },
        "seccomp" => current with { SeccompUnconfined = false, Profile = CustomSeccomp.Parse(value) },
        "apparmor" when value == AppArmor.Unconfined || AppArmor.IsEnabled => current with { AppArmorProfile = value },
        "apparmor" => throw new FaultException(FaultKind.NotSupported, $"cannot apply apparmor profile '{value}': this kernel has no AppArmor"),
        "label" when value == "disable" => current,
        "label" => throw new FaultException(FaultKind.NotSupported, $"security option '{option}' is not supported: SELinux labels are not implemented"),
        "systempaths" when value == "unconfined" => current with { SystemPathsUnconfined = true },
        _ => throw new FaultException(FaultKind.InvalidArgument, $"invalid --security-opt 2: \"{option}\""),
    };
}
