using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class ExecCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("exec", arguments, "process|p=", "console-socket=", "cwd=", "env|e=", "tty|t", "user|u=", "additional-gids|g=",
            "detach|d", "pid-file=", "no-new-privs", "cap|c=", "preserve-fds=", "ignore-paused", "apparmor=", "process-label=", "cgroup=");
        foreach (string flag in (ReadOnlySpan<string>)["ignore-paused", "apparmor", "process-label", "cgroup"])
            if (parsed.Value(flag) is not null) throw new FaultException(FaultKind.NotSupported, $"--{flag} is not supported yet; leave it out");
        if (parsed.Operands.Count == 0) parsed.RequireOperands("exec", 1);
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        ProcessSpec process = parsed.Value("process") is { } path ? RuntimeSpecReader.ReadProcess(Files.ReadAll(path)) : FromFlags(container.Spec, parsed);
        bool detach = parsed.Has("detach");
        string? consoleSocket = parsed.Value("console-socket");
        ContainerStdio.Check(process.Terminal == true, detach, consoleSocket);
        using ContainerProcess started = container.Exec(new ExecOptions
        {
            Process = process,
            Stdin = ContainerStdio.Own(0),
            Stdout = ContainerStdio.Own(1),
            Stderr = ContainerStdio.Own(2),
            PreserveFds = (int)(parsed.Number("preserve-fds") ?? 0),
            Warn = message => RuntimeLog.Warn(global, message),
        });
        if (consoleSocket is not null) ContainerStdio.SendConsole(started.Console!, consoleSocket);
        if (parsed.Value("pid-file") is { } pidFile) CreateCommand.WritePid(pidFile, started.Pid);
        if (detach) return 0;
        using Foreground foreground = new(started.Process, started.Console);
        return foreground.Wait().ShellCode;
    }

    /// <summary>The container's own process, with what the flags change.</summary>
    private static ProcessSpec FromFlags(RuntimeSpec spec, Arguments flags)
    {
        if (flags.Operands.Count < 2) throw new FaultException(FaultKind.InvalidArgument, "process args cannot be empty");
        ProcessSpec process = spec.Process! with { Args = [.. flags.Operands.Skip(1)], Terminal = flags.Has("tty") };
        if (flags.Value("cwd") is { } cwd) process = process with { Cwd = cwd };
        if (flags.Has("no-new-privs")) process = process with { NoNewPrivileges = true };
        process = process with { Env = [.. process.Env ?? [], .. flags.Values("env")] };
        if (flags.Value("user") is { } user) process = process with { User = ParseUser(user) };
        if (flags.Values("additional-gids") is { Count: > 0 } gids)
            process = process with { User = process.User with { AdditionalGids = [.. gids.SelectMany(list => list.Split(',')).Select(ParseId)] } };
        if (flags.Values("cap") is { Count: > 0 } capabilities)
        {
            CapabilitiesSpec sets = process.Capabilities ?? new();
            process = process with
            {
                Capabilities = sets with
                {
                    Bounding = [.. sets.Bounding ?? [], .. capabilities],
                    Effective = [.. sets.Effective ?? [], .. capabilities],
                    Permitted = [.. sets.Permitted ?? [], .. capabilities],
                },
            };
        }
        return process;
    }

    private static UserSpec ParseUser(string text)
    {
        string[] ids = text.Split(':', 2);
        return new UserSpec { Uid = ParseId(ids[0]), Gid = ids.Length > 1 ? ParseId(ids[1]) : 0 };
    }

    private static uint ParseId(string text)
        => uint.TryParse(text, out uint id) ? id : throw new FaultException(FaultKind.InvalidArgument, $"parsing \"{text}\" as an id: expected a number");
}
