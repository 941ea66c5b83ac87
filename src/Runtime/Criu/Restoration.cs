using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Criu;

/// <summary>From criu's images to a container that runs; its first process becomes our child. On failure all of it is undone.</summary>
internal sealed class Restoration(string id, string path, RuntimeSpec spec, CreateOptions options, CriuOptions images, StateDirectory directory) : IDisposable
{
    private const string Log = "restore.log", RootName = "criu-root";
    private readonly StandardStreams? _streams = spec.Process?.Terminal == true ? null : new(options.Stdin, options.Stdout, options.Stderr, 0);
    private readonly Dictionary<int, SafeFileHandle> _descriptors = [];
    private SafeFileHandle? _images, _work, _terminal;
    private ContainerState? _state;

    private string RootPlace => $"{path}/{RootName}";

    internal Container Run()
    {
        CriuProgram criu = CriuProgram.Find();
        if (images.LsmProfile is not null) criu.Require(CriuProgram.TakesLsm, "--lsm-profile");
        if (images.LsmMountContext is not null) criu.Require(CriuProgram.TakesLsm, "--lsm-mount-context");
        using ContainerCgroup place = ContainerCgroup.Make(id, spec, options, directory);
        try
        {
            Restore(criu, place);
            return new Container(id, spec, directory, _state!, ChildProcess.Find(_state!.Pid), place.Group, _terminal);
        }
        catch
        {
            _terminal?.Dispose();
            place.Group.KillAll();
            if (_state is not null) Reap(_state.Pid);
            place.Group.Delete(TimeSpan.FromSeconds(5));
            throw;
        }
    }

    private void Restore(CriuProgram criu, ContainerCgroup place)
    {
        if (!Directory.Exists(images.ImagePath)) throw new FaultException(FaultKind.NotFound, $"there is no checkpoint: open {images.ImagePath}: no such file or directory");
        if (images.WorkPath is not null) Directory.CreateDirectory(images.WorkPath);
        Directory.CreateDirectory(RootPlace);
        CriuRequest request = new(CriuRequestType.RESTORE);
        try
        {
            using CriuService service = Start(criu, request, place.Group);
            if (place.Path is not null) Enter(service, request, place.Group);
            Moments.Follow(service, request, (moment, descriptor) => At(moment, descriptor, place));
            ExitStatus ended = service.Finish();
            if (ended.ShellCode != 0) throw new FaultException(FaultKind.Internal, $"criu failed: {ended.Text}");
        }
        catch (FaultException e)
        {
            throw CriuLog.Explain(e, $"{images.LogFolder}/{Log}", options.Warn);
        }
        Directory.Delete(RootPlace);
    }

    /// <summary>Starts criu beside the root, and writes down what it is to do there: folders are opened where it is, since it mounts in them.</summary>
    private CriuService Start(CriuProgram criu, CriuRequest request, ICgroup group)
    {
        using RestoreRoot root = new(RootPlace, spec, options);
        _images = Files.Open(images.ImagePath, OpenFlags.ReadOnly | OpenFlags.Directory);
        _work = images.WorkPath is null ? null : Files.Open(images.WorkPath, OpenFlags.ReadOnly | OpenFlags.Directory);
        request.Common(images, _images, _work, Log, CriuConfigFile.Of(spec.Annotations));
        request.Flag(CriuField.evasive_devices, true);
        // Its parent is ours then, and not criu.
        request.Flag(CriuField.rst_sibling, true);
        request.Text(CriuField.root, RootPlace);
        request.Text(CriuField.lsm_profile, images.LsmProfile);
        request.Text(CriuField.lsm_mount_context, images.LsmMountContext);
        ConnectStreams(request);
        ExternalNamespaces.AddToRestore(request, spec.Linux, criu, _descriptors);
        ExternalMounts.AddToRestore(request, spec, options.Bundle, group);
        return criu.Start(_descriptors);
    }

    /// <summary>What was a pipe to the outside is one again: ours of the same number.</summary>
    private void ConnectStreams(CriuRequest request)
    {
        string document = $"{images.ImagePath}/{Container.StreamNames}";
        IReadOnlyList<string> names = StreamNamesJson.Read(Files.ReadAll(document));
        for (int standard = 0; standard < 3; standard++)
        {
            if (_streams is null) continue;
            _descriptors[standard] = _streams[standard];
            if (standard < names.Count && names[standard].Contains("pipe:", StringComparison.Ordinal)) request.Pair(CriuField.inherit_fd, names[standard], standard);
        }
    }

    /// <summary>criu works in the container's group, so that the restored processes are born there, and takes it for what the saved group was.</summary>
    private static void Enter(CriuService service, CriuRequest request, ICgroup group)
    {
        group.AddProcess(service.Pid);
        foreach (ProcessCgroup own in ProcessCgroup.ReadAll(service.Pid)) request.Pair(CriuField.cg_root, own.Controllers, own.Path);
    }

    private void At(CriuResponse moment, SafeFileHandle? descriptor, ContainerCgroup place)
    {
        switch (moment.Script)
        {
            case "setup-namespaces":
                ContainerState creating = State(moment.Pid, "creating");
                new HookRun("prestart", spec.Hooks?.Prestart).Run(creating);
                new HookRun("createRuntime", spec.Hooks?.CreateRuntime).Run(creating);
                break;
            case "post-restore":
                _state = State(moment.Pid, "running") with
                {
                    InitStartTime = ProcessStat.Read(moment.Pid)?.StartTime,
                    CgroupPath = place.Path,
                    SystemdUnit = place.Unit,
                    StandardStreams = _streams?.Names,
                };
                directory.KeepConfig(Path.Combine(options.Bundle, options.Config));
                directory.Write(_state);
                break;
            case "orphan-pts-master":
                _terminal ??= descriptor;
                return;
        }
        descriptor?.Dispose();
    }

    private ContainerState State(int pid, string status) => NewState.Of(id, spec, options.Bundle, pid, status, DateTime.UtcNow);

    private static void Reap(int pid)
    {
        const int SIGKILL = 9;
        using ChildProcess? process = ChildProcess.Find(pid);
        process?.Signal(SIGKILL);
        process?.Wait();
    }

    public void Dispose()
    {
        foreach ((int number, SafeFileHandle handle) in _descriptors)
            if (number >= CriuService.FirstInherited) handle.Dispose();
        _streams?.Dispose();
        _images?.Dispose();
        _work?.Dispose();
    }
}
