using Sampan.Faults;
using Sampan.Runtime;
using Sampan.Runtime.Criu;
using Sampan.ShimClient;

namespace Sampan.Shim.Processes;

/// <summary>A container's processes into a client's folder.</summary>
internal static class TaskCheckpoint
{
    private const string LogFolder = "criu-work", CriusLog = "dump.log", KeptLog = "criu-dump.log";

    /// <exception cref="FaultException">See <see cref="Container.Checkpoint"/>.</exception>
    public static void Make(Container container, string bundle, TaskCheckpointRequest request)
    {
        bool isOurs = request.WorkPath.Length == 0;
        string work = isOurs ? $"{bundle}/{LogFolder}" : request.WorkPath;
        try
        {
            container.Checkpoint(new CriuOptions
            {
                ImagePath = request.Path, WorkPath = work, LeaveRunning = !request.Exit,
                TcpEstablished = request.OpenTcp, ExternalUnixSockets = request.ExternalUnixSockets, ShellJob = request.Terminal, FileLocks = request.FileLocks,
                Cgroups = request.CgroupsMode switch
                {
                    "" => CriuCgroupMode.Default,
                    "soft" => CriuCgroupMode.Soft,
                    "full" => CriuCgroupMode.Full,
                    "strict" => CriuCgroupMode.Strict,
                    "ignore" => CriuCgroupMode.Ignore,
                    var other => throw new FaultException(FaultKind.InvalidArgument, $"invalid cgroups mode '{other}': expected soft, full, strict or ignore"),
                },
            }, line => ShimLog.Write($"checkpoint of container '{container.Id}': {line}"));
        }
        catch (FaultException)
        {
            // Where its user finds it when the folder is gone, as containerd's shim for runc leaves it.
            if (File.Exists($"{work}/{CriusLog}")) File.Copy($"{work}/{CriusLog}", $"{bundle}/{KeptLog}", overwrite: true);
            throw;
        }
        finally
        {
            if (isOurs && Directory.Exists(work)) Directory.Delete(work, recursive: true);
        }
    }
}
