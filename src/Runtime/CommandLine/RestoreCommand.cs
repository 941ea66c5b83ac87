using Sampan.Faults;
using Sampan.Linux;
using Sampan.Runtime.Criu;
using Sampan.Runtime.Rootless;

namespace Sampan.Runtime.CommandLine;

internal static class RestoreCommand
{
    internal static Command Command => new("restore", """
        restore a container from a previous checkpoint
        <container-id>
        --console-socket value  path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal
        --image-path value  path to criu image files for restoring (default: checkpoint, in the current directory)
        --work-path value  path for saving work files and logs
        --tcp-established  allow open tcp connections
        --ext-unix-sk  allow external unix sockets
        --shell-job  allow shell jobs
        --file-locks  handle file locks, for safety
        --manage-cgroups-mode value  cgroups mode: soft|full|strict|ignore (default: criu's own)
        --bundle value, -b value  path to the root of the bundle directory
        --detach, -d  detach from the container's process
        --pid-file value  specify the file to write the process id to
        --no-subreaper  ignored: only the container's own process is waited for
        --no-pivot  ignored with a warning: criu makes the root its own way
        --empty-ns value  create a namespace, but don't restore its properties: network, which is always so
        --auto-dedup  enable auto deduplication of memory images
        --lazy-pages  use userfaultfd to lazily restore memory pages
        --lsm-profile value  LSM profile to be used during restore in the form of TYPE:NAME
        --lsm-mount-context value  LSM mount context to be used during restore
        """, Run);

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        if (UserNamespaceEntry.IsNeeded) throw new FaultException(FaultKind.PermissionDenied, "cannot restore a container without being root: criu needs its privileges");
        if (parsed.Has("no-pivot")) RuntimeLog.Warn(global, "--no-pivot has no effect: criu makes the root its own way");
        bool detach = parsed.Has("detach");
        using Container container = Restore(global, parsed, detach);
        try
        {
            if (parsed.Value("console-socket") is { } socket)
                ContainerStdio.Send(container.Console ?? throw new FaultException(FaultKind.Internal, "the restored container has no terminal to send"), "/dev/ptmx", socket);
            if (parsed.Value("pid-file") is { } pidFile) CreateCommand.WritePid(pidFile, container.Pid);
            if (detach) return 0;
            using Foreground foreground = new(container.Process!, container.Console);
            ExitStatus status = foreground.Wait();
            container.Delete();
            return status.ShellCode;
        }
        catch
        {
            container.Delete(force: true);
            throw;
        }
    }

    private static Container Restore(GlobalOptions global, Arguments parsed, bool detach)
    {
        CriuOptions images = CriuFlags.Read(parsed) with { LsmProfile = parsed.Value("lsm-profile"), LsmMountContext = parsed.Value("lsm-mount-context") };
        string bundle = CreateCommand.Bundle(parsed);
        var spec = Container.ReadSpec(bundle);
        ContainerStdio.Check(spec.Process?.Terminal == true, detach, parsed.Value("console-socket"));
        return global.Runtime.Restore(parsed.Operands[0], new CreateOptions
        {
            Bundle = bundle,
            Spec = spec,
            Stdin = ContainerStdio.Own(0),
            Stdout = ContainerStdio.Own(1),
            Stderr = ContainerStdio.Own(2),
            SystemdCgroup = global.SystemdCgroup,
            MayLackCgroups = global.MayLackCgroups,
            Warn = message => RuntimeLog.Warn(global, message),
        }, images);
    }
}
