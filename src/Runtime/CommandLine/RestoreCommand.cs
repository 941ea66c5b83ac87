namespace Sampan.Runtime.CommandLine;

internal static class RestoreCommand
{
    internal static Command Command => new("restore", """
        restore a container from a previous checkpoint
        <container-id>
        --console-socket value  path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal
        --image-path value  path to criu image files for restoring
        --work-path value  path for saving work files and logs
        --tcp-established  allow open tcp connections
        --ext-unix-sk  allow external unix sockets
        --shell-job  allow shell jobs
        --file-locks  handle file locks, for safety
        --manage-cgroups-mode value  cgroups mode: soft|full|strict|ignore (default: soft)
        --bundle value, -b value  path to the root of the bundle directory
        --detach, -d  detach from the container's process
        --pid-file value  specify the file to write the process id to
        --no-subreaper  ignored: only the container's own process is waited for
        --no-pivot  do not use pivot root to jail process inside rootfs: for a rootfs on top of a ramdisk
        --empty-ns value  create a namespace, but don't restore its properties
        --auto-dedup  enable auto deduplication of memory images
        --lazy-pages  use userfaultfd to lazily restore memory pages
        --lsm-profile value  LSM profile to be used during restore in the form of TYPE:NAME
        --lsm-mount-context value  LSM mount context to be used during restore
        """, static (_, _) => throw CriuProgram.NotSupported());
}
