using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

internal static class CheckpointCommand
{
    internal static Command Command => new("checkpoint", """
        checkpoint a running container
        <container-id>
        --image-path value  path for saving criu image files
        --work-path value  path for saving work files and logs
        --parent-path value  path for previous criu image files in pre-dump
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
        --manage-cgroups-mode value  cgroups mode: soft|full|strict|ignore (default: soft)
        --empty-ns value  create a namespace, but don't restore its properties
        --auto-dedup  enable auto deduplication of memory images
        """, Run);

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        if (container.Status is ContainerStatus.Created or ContainerStatus.Stopped)
            throw new FaultException(FaultKind.Conflict, $"Container cannot be checkpointed in {container.State.Status} state");
        throw CriuProgram.NotSupported();
    }
}
