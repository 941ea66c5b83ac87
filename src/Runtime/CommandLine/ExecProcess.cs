using System.Globalization;
using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

/// <summary>What an exec without a process document runs: the container's own process, with what the flags change.</summary>
internal static class ExecProcess
{
    internal static ProcessSpec Of(RuntimeSpec spec, Arguments flags)
    {
        if (flags.Operands.Count < 2) throw new FaultException(FaultKind.InvalidArgument, "exec args cannot be empty");
        ProcessSpec process = spec.Process! with { Args = flags.OperandsAfterFirst(), Terminal = flags.Has("tty"), ConsoleSize = null };
        process = process with
        {
            Cwd = flags.Value("cwd") ?? process.Cwd,
            ApparmorProfile = flags.Value("apparmor") ?? process.ApparmorProfile,
            SelinuxLabel = flags.Value("process-label") ?? process.SelinuxLabel,
            NoNewPrivileges = flags.Values("no-new-privs").Count > 0 ? flags.Has("no-new-privs") : process.NoNewPrivileges,
            Env = [.. process.Env ?? [], .. flags.Values("env")],
            User = User(process.User, flags),
        };
        return flags.Values("cap") is { Count: > 0 } capabilities ? process with { Capabilities = With(process.Capabilities ?? new(), capabilities) } : process;
    }

    // An ambient capability must be inheritable too, which these flags do not make it: only where the container has such already.
    private static CapabilitiesSpec With(CapabilitiesSpec sets, IReadOnlyList<string> capabilities) => sets with
    {
        Bounding = [.. sets.Bounding ?? [], .. capabilities],
        Effective = [.. sets.Effective ?? [], .. capabilities],
        Permitted = [.. sets.Permitted ?? [], .. capabilities],
        Ambient = sets.Inheritable is null ? sets.Ambient : [.. sets.Ambient ?? [], .. capabilities],
    };

    private static UserSpec User(UserSpec user, Arguments flags)
    {
        if (flags.Value("user") is { } text)
        {
            int colon = text.IndexOf(':');
            user = user with { Uid = Id("uid", colon < 0 ? text : text[..colon]), Gid = colon < 0 ? user.Gid : Id("gid", text[(colon + 1)..]) };
        }
        if (flags.Values("additional-gids") is not { Count: > 0 } lists) return user;
        List<uint> gids = [.. user.AdditionalGids ?? []];
        foreach (string list in lists)
            foreach (string gid in list.Split(',')) gids.Add(Id("additional gid", gid));
        return user with { AdditionalGids = gids };
    }

    private static uint Id(string what, string text)
        => uint.TryParse(text, CultureInfo.InvariantCulture, out uint id) ? id : throw new FaultException(FaultKind.InvalidArgument, $"bad {what}: '{text}' is not a number");
}
