using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Criu;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

public sealed partial class Container
{
    private const string DumpLog = "dump.log";
    /// <summary>Beside criu's images: what the standard streams were.</summary>
    internal const string StreamNames = "descriptors.json";

    /// <summary>Saves its processes into files by criu. Afterwards they are gone, unless they were to stay; the rest of the container is still there.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="warn">Hears what criu's log says of a failure.</param>
    /// <exception cref="FaultException">Conflict: it does not run; NotSupported: no criu, or one that cannot; Internal: it failed.</exception>
    public void Checkpoint(CriuOptions options, Action<string>? warn = null)
    {
        if (Status is ContainerStatus.Created or ContainerStatus.Stopped)
            throw new FaultException(FaultKind.Conflict, $"Container cannot be checkpointed in {State.Status} state");
        CriuProgram criu = CriuProgram.Find();
        criu.RequireFeatures(options.PreDump, options.LazyPages);
        Directory.CreateDirectory(options.ImagePath);
        if (options.WorkPath is not null) Directory.CreateDirectory(options.WorkPath);
        using SafeFileHandle images = Files.Open(options.ImagePath, OpenFlags.ReadOnly | OpenFlags.Directory);
        using SafeFileHandle? work = options.WorkPath is null ? null : Files.Open(options.WorkPath, OpenFlags.ReadOnly | OpenFlags.Directory);
        CriuRequest request = new(options.PreDump ? CriuRequestType.PRE_DUMP : CriuRequestType.DUMP);
        request.Common(options, images, work, DumpLog, CriuConfigFile.Of(_state.Annotations));
        AddDump(request, options, criu);
        if (!options.PreDump)
        {
            using RootDirectory root = RootDirectory.Open($"/proc/{Pid}/root");
            ExternalMounts.AddToDump(request, Spec, root, Cgroup);
            Files.Replace($"{options.ImagePath}/{StreamNames}", StreamNamesJson.Write(_state.StandardStreams ?? ["", "", ""]));
        }
        try
        {
            Dump(criu, request, options);
        }
        catch (FaultException e)
        {
            throw CriuLog.Explain(e, $"{options.LogFolder}/{DumpLog}", warn);
        }
    }

    private void AddDump(CriuRequest request, CriuOptions options, CriuProgram criu)
    {
        request.Number(CriuField.pid, Pid);
        request.Text(CriuField.root, _state.Rootfs);
        request.Flag(CriuField.leave_running, options.LeaveRunning);
        request.Flag(CriuField.tcp_skip_in_flight, options.TcpSkipInFlight);
        request.Flag(CriuField.link_remap, options.LinkRemap);
        if (options.ParentPath is not null)
        {
            request.Text(CriuField.parent_img, options.ParentPath);
            request.Flag(CriuField.track_mem, true);
        }
        if (options.PageServerAddress is { } address) request.Pair(CriuField.ps, address, options.PageServerPort);
        if (options.StatusDescriptor is { } status && options.LazyPages && criu.Version < CriuProgram.TellsWhenReady) request.Number(CriuField.status_fd, status);
        criu.ChooseNetworkLock(request);
        ExternalNamespaces.AddToDump(request, Spec.Linux, criu);
        // On v1 the group of the freezer; where that is not to be had, criu stops the processes one by one.
        foreach ((string controllers, string directory) in Cgroup.Directories)
            if (Cgroup.IsUnified ? criu.Version >= CriuProgram.FreezesUnified : Array.IndexOf(controllers.Split(','), "freezer") >= 0) request.Text(CriuField.freeze_cgroup, directory);
    }

    private static void Dump(CriuProgram criu, CriuRequest request, CriuOptions options)
    {
        using CriuService service = criu.Start();
        int? status = options.StatusDescriptor;
        Moments.Follow(service, request, (moment, descriptor) =>
        {
            descriptor?.Dispose();
            if (moment.Script != "status-ready" || status is not { } number) return;
            // Whoever waits for the pages may come, and sees the end of our side.
            using SafeFileHandle ready = new(number, ownsHandle: true);
            status = null;
            Files.WriteAll(ready, [0], "status descriptor");
        });
        ExitStatus ended = service.Finish();
        // After a pre-dump criu waits for the next, and takes our going for a failure.
        if (ended.ShellCode != 0 && !options.PreDump) throw new FaultException(FaultKind.Internal, $"criu failed: {ended.Text}");
    }
}
