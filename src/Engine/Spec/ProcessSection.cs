using Sampan.Engine.Containers;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Spec;

/// <summary><c>process</c>: command line, environment, identity and limits of the first process. config.md § Process.</summary>
internal static class ProcessSection
{
    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Where the small init of <c>--init</c> shows in the container.</summary>
    public const string InitDestination = "/sbin/docker-init";

    public static ProcessSpec Build(SpecContext context, SecurityOptions security)
    {
        var (config, host) = (context.Document.Config, context.Document.HostConfig);
        IReadOnlyList<string> args = context.Document.CommandLine;
        if (context.InitPath is not null)
            args = [InitDestination, "--", .. args];
        return new ProcessSpec
        {
            Terminal = config.Tty,
            ConsoleSize = config.Tty && host.ConsoleSize is [> 0u, > 0u] size
                ? new ConsoleSize { Height = (ushort)size[0], Width = (ushort)size[1] } : null,
            Args = args,
            Env = Environment(config, context.Hostname, context.User),
            Cwd = string.IsNullOrEmpty(config.WorkingDir) ? "/" : config.WorkingDir,
            User = new UserSpec { Uid = context.User.Uid, Gid = context.User.Gid, AdditionalGids = context.User.AdditionalGids },
            Capabilities = Capabilities(context.User, host),
            Rlimits = Rlimits(host.Ulimits),
            NoNewPrivileges = security.NoNewPrivileges,
            ApparmorProfile = AppArmor.ProfileFor(security.AppArmorProfile, host.Privileged),
            OomScoreAdj = host.OomScoreAdj,
        };
    }

    /// <summary>A process of an exec: as the container's, with what the exec asks for.</summary>
    public static ProcessSpec BuildExec(ContainerDocument document, ResolvedUser user, ExecCreateRequest exec, string hostname)
    {
        var security = SecurityOptions.Parse(document.HostConfig.SecurityOpt, document.HostConfig.Privileged);
        var config = document.Config with { Tty = exec.Tty, Env = Override(document.Config.Env ?? [], exec.Env ?? []) };
        var host = document.HostConfig with { Privileged = document.HostConfig.Privileged || exec.Privileged };
        string? directory = string.IsNullOrEmpty(exec.WorkingDir) ? config.WorkingDir : exec.WorkingDir;
        return new ProcessSpec
        {
            Terminal = exec.Tty,
            ConsoleSize = exec.Tty && exec.ConsoleSize is [> 0u, > 0u] size ? new ConsoleSize { Height = (ushort)size[0], Width = (ushort)size[1] } : null,
            Args = exec.Cmd ?? [],
            Env = Environment(config, hostname, user),
            Cwd = string.IsNullOrEmpty(directory) ? "/" : directory,
            User = new UserSpec { Uid = user.Uid, Gid = user.Gid, AdditionalGids = user.AdditionalGids },
            Capabilities = Capabilities(user, host),
            Rlimits = Rlimits(host.Ulimits),
            NoNewPrivileges = security.NoNewPrivileges,
            ApparmorProfile = AppArmor.ProfileFor(security.AppArmorProfile, document.HostConfig.Privileged),
            OomScoreAdj = host.OomScoreAdj,
        };
    }

    private static List<string> Environment(ContainerConfig config, string hostname, ResolvedUser user)
    {
        List<string> defaults = [DefaultPath, $"HOSTNAME={hostname}"];
        if (config.Tty)
            defaults.Add("TERM=xterm");
        var result = Override(defaults, config.Env ?? []);
        if (!result.Exists(variable => variable.StartsWith("HOME=", StringComparison.Ordinal)))
            result.Add($"HOME={user.Home}");
        return result;
    }

    /// <summary>Later values replace earlier ones in place; a bare name ("FOO") removes the variable.</summary>
    public static List<string> Override(IReadOnlyList<string> variables, IReadOnlyList<string> overrides)
    {
        var result = new List<string>(variables);
        foreach (string variable in overrides)
        {
            int equals = variable.IndexOf('=');
            string name = equals < 0 ? variable : variable[..equals];
            int at = result.FindIndex(existing => existing.StartsWith(name, StringComparison.Ordinal)
                && existing.Length > name.Length && existing[name.Length] == '=');
            if (equals < 0)
            {
                if (at >= 0)
                    result.RemoveAt(at);
            }
            else if (at >= 0)
                result[at] = variable;
            else
                result.Add(variable);
        }
        return result;
    }

    // An unprivileged user has them in the bounding set only: a set-uid program inside can still get them.
    private static CapabilitiesSpec Capabilities(ResolvedUser user, HostConfig host)
    {
        var all = DefaultCapabilities.Resolve(host.Privileged, host.CapAdd, host.CapDrop);
        return user.Uid == 0
            ? new CapabilitiesSpec { Bounding = all, Effective = all, Permitted = all }
            : new CapabilitiesSpec { Bounding = all };
    }

    private static IReadOnlyList<RlimitSpec>? Rlimits(IReadOnlyList<Ulimit>? ulimits) => ulimits is not { Count: > 0 } ? null
        : [.. ulimits.Select(limit => new RlimitSpec
        {
            Type = "RLIMIT_" + limit.Name.ToUpperInvariant(),
            // -1 is "unlimited": RLIM_INFINITY. getrlimit(2).
            Soft = unchecked((ulong)limit.Soft),
            Hard = unchecked((ulong)limit.Hard),
        })];
}
