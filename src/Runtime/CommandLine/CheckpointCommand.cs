using System.Globalization;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Criu;

namespace Sampan.Runtime.CommandLine;

internal static class CheckpointCommand
{
    internal static Command Command => new("checkpoint", """
        checkpoint a running container
        <container-id>
        --image-path value  path for saving criu image files (default: checkpoint, in the current directory)
        --work-path value  path for saving work files and logs
        --parent-path value  path for previous criu image files in pre-dump, relative to --image-path
        --leave-running  leave the process running after checkpointing
        --tcp-established  allow open tcp connections
        --tcp-skip-in-flight  skip in-flight tcp connections
        --link-remap  allow one to link unlinked files back when possible
        --ext-unix-sk  allow external unix sockets
        --shell-job  allow shell jobs
        --lazy-pages  use userfaultfd to lazily restore memory pages
        --status-fd value  criu writes \0 to this FD once lazy-pages is ready
        --page-server value  ADDRESS:PORT of the page server
        --file-locks  handle file locks, for safety
        --pre-dump  dump container's memory information only, leave the container running after this
        --manage-cgroups-mode value  cgroups mode: soft|full|strict|ignore (default: criu's own)
        --empty-ns value  create a namespace, but don't restore its properties: network, which is always so
        --auto-dedup  enable auto deduplication of memory images
        """, Run);

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        if (Libc.geteuid() != 0 || Namespaces.InUserNamespace) RuntimeLog.Warn(global, "runc checkpoint is untested with rootless containers");
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        if (container.Status is ContainerStatus.Created or ContainerStatus.Stopped)
            throw new FaultException(FaultKind.Conflict, $"Container cannot be checkpointed in {container.State.Status} state");
        CriuOptions options = CriuFlags.Read(parsed) with
        {
            ParentPath = ParentPath(parsed, CriuFlags.ImagePath(parsed)),
            LeaveRunning = parsed.Has("leave-running"),
            TcpSkipInFlight = parsed.Has("tcp-skip-in-flight"),
            LinkRemap = parsed.Has("link-remap"),
            PreDump = parsed.Has("pre-dump"),
            StatusDescriptor = StatusDescriptor(parsed),
        };
        if (parsed.Value("page-server") is { } server) options = WithPageServer(options, server);
        container.Checkpoint(options, line => RuntimeLog.Warn(global, line));
        if (options.LeaveRunning || options.PreDump) return 0;
        container.Delete(force: true, warning => RuntimeLog.Warn(global, warning));
        return 0;
    }

    private static string? ParentPath(Arguments parsed, string images)
    {
        if (parsed.Value("parent-path") is not { } parent) return null;
        if (parent.StartsWith('/')) throw new FaultException(FaultKind.InvalidArgument, "--parent-path must be relative");
        string path = Path.Combine(images, parent);
        if (!Directory.Exists(path))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid --parent-path: stat {path}: {(File.Exists(path) ? "not a directory" : "no such file or directory")}");
        return parent;
    }

    private static int? StatusDescriptor(Arguments parsed)
    {
        const int F_GETFL = 3;
        if (!parsed.Has("lazy-pages") || parsed.Number("status-fd") is not (>= 0 and var number)) return null;
        int flags = Libc.fcntl((int)number, F_GETFL, 0);
        if (flags < 0) throw new FaultException(FaultKind.InvalidArgument, $"invalid --status-fd argument {number}: bad file descriptor");
        if (((OpenFlags)flags & (OpenFlags.WriteOnly | OpenFlags.ReadWrite)) == 0)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid --status-fd argument {number}: not writable");
        return (int)number;
    }

    private static CriuOptions WithPageServer(CriuOptions options, string server)
    {
        int colon = server.LastIndexOf(':');
        string address = colon < 0 ? "" : server[..colon].Trim('[', ']'), port = server[(colon + 1)..];
        if (address.Length == 0 || port.Length == 0) throw new FaultException(FaultKind.InvalidArgument, "Use --page-server ADDRESS:PORT to specify page server");
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? options with { PageServerAddress = address, PageServerPort = number } : throw new FaultException(FaultKind.InvalidArgument, "Invalid port number");
    }
}
