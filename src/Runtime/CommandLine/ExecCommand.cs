using Sampan.Faults;
using Sampan.Linux;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class ExecCommand
{
    internal static Command Command => new("exec", """
        execute new process inside the container
        <container-id> <command> [command options]  || -p process.json <container-id>
        --console-socket value  path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal
        --pidfd-socket value  path to an AF_UNIX socket which will receive a file descriptor referencing the exec process
        --cwd value  current working directory in the container
        --env value, -e value  set environment variables
        --tty, -t  allocate a pseudo-TTY
        --user value, -u value  UID (format: <uid>[:<gid>])
        --additional-gids value, -g value  additional gids
        --process value, -p value  path to the process.json
        --detach, -d  detach from the container's process
        --pid-file value  specify the file to write the process id to
        --process-label value  set the asm process label for the process commonly used with selinux
        --apparmor value  set the apparmor profile for the process
        --no-new-privs  set the no new privileges value for the process
        --cap value, -c value  add a capability to the bounding set for the process
        --preserve-fds value  pass N additional file descriptors to the container (stdio + N in total)
        --cgroup value  run the process in an (existing) sub-cgroup(s). Format is [<controller>:]<cgroup>.
        --ignore-paused  allow exec in a paused container
        """, Run)
    { TakesCommand = true };

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        if (UserNamespaceEntry.IsNeeded && container.Process is { } init) return RootlessCommand.Exec(global, parsed, init);
        ProcessSpec process = parsed.Value("process") is { } path ? RuntimeSpecReader.ReadProcess(Files.ReadAll(path)) : ExecProcess.Of(container.Spec, parsed);
        bool detach = parsed.Has("detach");
        string? consoleSocket = parsed.Value("console-socket");
        ContainerStdio.Check(process.Terminal == true, detach, consoleSocket);
        RuntimeLog.Debug(global, $"nsexec container setup: a child joins the namespaces of process {container.Pid}");
        if (NumberList.Parse(process.ExecCPUAffinity?.Initial ?? "") is [ulong bits]) RuntimeLog.Debug(global, $"nsexec: affinity: 0x{bits:x}");
        using ContainerProcess started = InnerRuntime.OnOwnThread(() => container.Exec(new ExecOptions
        {
            Process = process,
            Stdin = ContainerStdio.Own(0),
            Stdout = ContainerStdio.Own(1),
            Stderr = ContainerStdio.Own(2),
            PreserveFds = PassedDescriptors.Of(parsed, withSocketActivation: false).Count,
            Cgroup = Groups(parsed.Values("cgroup")),
            IgnorePaused = parsed.Has("ignore-paused"),
            Warn = message => RuntimeLog.Warn(global, message),
        }));
        RuntimeLog.Debug(global, $"child process in init(): pid {started.Pid}");
        RuntimeLog.Debug(global, "setns_init: about to exec has passed: the program runs");
        if (consoleSocket is not null) ContainerStdio.Send(started.Console!, "/dev/ptmx", consoleSocket);
        if (parsed.Value("pidfd-socket") is { } pidfdSocket) ContainerStdio.Send(started.Process.Pidfd, "pidfd", pidfdSocket);
        if (parsed.Value("pid-file") is { } pidFile) CreateCommand.WritePid(pidFile, started.Pid);
        if (detach) return 0;
        using Foreground foreground = new(started.Process, started.Console);
        return foreground.Wait().ShellCode;
    }

    /// <summary>"cpu,cpuacct:path" per controller, or one path for all under "".</summary>
    private static Dictionary<string, string>? Groups(IReadOnlyList<string> values)
    {
        if (values.Count == 0) return null;
        Dictionary<string, string> groups = [];
        foreach (string value in values)
        {
            int colon = value.IndexOf(':');
            if (colon < 0 && values.Count > 1) throw new FaultException(FaultKind.InvalidArgument, $"invalid --cgroup argument: {value} (missing <controller>: prefix)");
            foreach (string controller in colon < 0 ? [""] : value[..colon].Split(','))
            {
                if (colon >= 0 && controller.Length == 0) throw new FaultException(FaultKind.InvalidArgument, $"invalid --cgroup argument: {value} (empty <controller> prefix)");
                if (!groups.TryAdd(controller, value[(colon + 1)..]))
                    throw new FaultException(FaultKind.InvalidArgument, $"invalid --cgroup argument(s): controller {controller} specified multiple times");
            }
        }
        return groups;
    }
}
