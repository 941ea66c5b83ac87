using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Rootfs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>The life of a container's first process between clone and exec, in the order that docs/flows/run.md tells.</summary>
internal sealed unsafe class InitPlan : IDisposable
{
    /// <summary>Reports of the child: it is in its user namespace and wants its ids mapped; its file systems are made;
    /// the hooks of its namespaces have run; it waits for the start; it was born again in the namespaces that it joined.</summary>
    internal const int WantsIdMaps = 1, HasFileSystems = 2, HasRunHooks = 3, IsCreated = 4, IsReborn = 5;

    private readonly ChildPlan _plan = new();

    internal InitPlan(RuntimeSpec spec, ProcessSpec process, CreateOptions options, InitResources resources)
    {
        NamespacePlan namespaces = resources.Namespaces;
        Credentials credentials = new(process, resources.Seccomp, namespaces.HasUser, options.Warn);
        _plan.ResetSignals();
        // Nothing of us can be read or traced by who shares the new namespaces. It ends with execve. (CVE-2016-9962)
        _plan.Call("cannot become undumpable", SyscallNumber.prctl, Libc.PR_SET_DUMPABLE, 0);
        if (namespaces.NeedsRebirth) namespaces.AddJoins(_plan, IsReborn);
        if (namespaces.HasUser)
        {
            _plan.Report(WantsIdMaps);
            _plan.AwaitParent();
            _plan.Call("cannot become root of the user namespace", SyscallNumber.setresgid, 0, 0, 0);
            _plan.Call("cannot become root of the user namespace", SyscallNumber.setresuid, 0, 0, 0);
        }
        else ProcessPlan.SetRlimits(_plan, process.Rlimits);
        _plan.Call("cannot make a session", SyscallNumber.setsid);
        ProcessPlan.AdjustOomScore(_plan, resources.Proc, process.OomScoreAdj);
        SecurityLabels.Add(_plan, resources.Proc, process);
        if (!namespaces.NeedsRebirth) namespaces.AddJoins(_plan, IsReborn);
        ProcessPlan.EnterCgroup(_plan, resources.CgroupTasks);
        CpuAffinity.Reset(_plan);
        namespaces.AddLate(_plan);
        namespaces.AddLoopback(_plan);
        SetNames(spec);
        foreach ((string key, string value) in spec.Linux?.Sysctl ?? new Dictionary<string, string>())
            ProcessPlan.Write(_plan, $"cannot set sysctl '{key}' to '{value}'", resources.Proc, $"sys/{Sysctls.Path(key)}", value);
        if (!options.NoNewKeyring) ProcessPlan.JoinNewKeyring(_plan, $"_ses.{resources.Id}");
        FileSystems = new ChildMounts(_plan, spec, namespaces, resources.Cgroup);
        _plan.Report(HasFileSystems);

        Slot terminal = _plan.NewSlot();   // or the container's /dev/null
        if (resources.CreateContainerHooks.Count > 0)
        {
            _plan.AwaitParent();
            // They find the container's root as their working directory, as runc's do.
            _plan.Call("cannot enter the root", SyscallNumber.chdir, _plan.Text(Path.GetFullPath(spec.Root!.Path, options.Bundle)));
            resources.CreateContainerHooks.AddTo(_plan, Spawn.Inherited());
            _plan.Report(HasRunHooks);
        }
        // The parent has made the new root "/" when it answers.
        _plan.AwaitParent(terminal);
        if (options.NoPivot || !namespaces.HasOwnMounts)
        {
            Slot root = _plan.NewSlot();
            _plan.AwaitParent(root);
            namespaces.AddMountEntry(_plan);
            ProcessPlan.EnterRoot(_plan, root);
        }
        if (process.Terminal == true) ProcessPlan.TakeTerminal(_plan, terminal);
        else ProcessPlan.TakeStandardStreams(_plan, resources.Streams!, terminal, process.User.Uid);
        ProcessPlan.SetScheduling(_plan, process, spec.Linux);
        ProcessPlan.SetPersonality(_plan, spec.Linux?.Personality);
        MemoryPolicies.Add(_plan, spec.Linux?.MemoryPolicy);
        ProcessPlan.CloseOthersOnExec(_plan, options.PreserveFds);
        ProcessPlan.EnterWorkingDirectory(_plan, process.Cwd, () => credentials.AddIdentity(_plan));
        credentials.AddRightsOfSearch(_plan);
        string name = process.Args[0];
        var program = _plan.FindExecutable(ExecutableSearch.Description(name), ExecutableSearch.Candidates(name, resources.Environment), name.Contains('/'));
        _plan.Report(IsCreated);

        _plan.AwaitStart(resources.StartSocket);
        // The last of them runs with what the program will have, its filter included.
        credentials.AddPrivileges(_plan);
        resources.StartContainerHooks.AddTo(_plan, resources.Environment);
        _plan.Execute(program, name, process.Args, resources.Environment);
    }

    internal ChildPlan Steps => _plan;

    internal ChildMounts FileSystems { get; }

    public void Dispose() => _plan.Dispose();

    private void SetNames(RuntimeSpec spec)
    {
        if (spec.Hostname is { Length: > 0 } hostname)
            _plan.Call($"cannot set the host name '{hostname}'", SyscallNumber.sethostname, _plan.Text(hostname), System.Text.Encoding.UTF8.GetByteCount(hostname));
        if (spec.Domainname is { Length: > 0 } domainname)
            _plan.Call($"cannot set the domain name '{domainname}'", SyscallNumber.setdomainname, _plan.Text(domainname), System.Text.Encoding.UTF8.GetByteCount(domainname));
    }
}
