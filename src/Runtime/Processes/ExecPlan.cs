using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Linux.Seccomp;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>The life between clone and exec of a process that joins a container.</summary>
internal sealed class ExecPlan : IDisposable
{
    private readonly ChildPlan _plan = new();

    /// <param name="root">The container's root directory, when it is not that of its mount namespace.</param>
    internal ExecPlan(RuntimeSpec spec, ExecOptions options, ChildProcess init, CgroupEntrance entrance, SafeFileHandle proc, StandardStreams? streams, SafeFileHandle? ownNull, Pty? pty, SeccompProgram? seccomp, IReadOnlyList<string> environment, SafeFileHandle? root)
    {
        ProcessSpec process = options.Process;
        NamespaceKinds kinds = Namespaces.DifferentFromOurs(init.Pid);
        bool inUserNamespace = (kinds & NamespaceKinds.User) != 0;
        Credentials credentials = new(process, seccomp, inUserNamespace, options.Warn);
        _plan.ResetSignals();
        _plan.AwaitParent();   // which may have to clone again, and the program must not run twice
        // The container's processes see this one from the moment it joins: they may not trace or read it. (CVE-2016-9962)
        _plan.Call("cannot become undumpable", SyscallNumber.prctl, Libc.PR_SET_DUMPABLE, 0);
        _plan.Call("cannot make a session", SyscallNumber.setsid);
        ProcessPlan.SetRlimits(_plan, process.Rlimits);
        ProcessPlan.AdjustOomScore(_plan, proc, process.OomScoreAdj);
        SecurityLabels.Add(_plan, proc, process);
        ProcessPlan.EnterCgroup(_plan, entrance.Tasks);
        if (process.ExecCPUAffinity is null) CpuAffinity.Reset(_plan);
        else CpuAffinity.Set(_plan, process.ExecCPUAffinity.Final);
        ProcessPlan.SetScheduling(_plan, process, spec.Linux);
        // All in one call: either every namespace of that very process, or none. setns(2)
        _plan.Call("cannot join the container's namespaces", SyscallNumber.setns, init.Pidfd, (long)(kinds & ~NamespaceKinds.Pid));
        if (inUserNamespace)
        {
            _plan.Call("cannot become root of the user namespace", SyscallNumber.setresgid, 0, 0, 0);
            _plan.Call("cannot become root of the user namespace", SyscallNumber.setresuid, 0, 0, 0);
        }
        if (root is not null) ProcessPlan.EnterRoot(_plan, root);
        if (pty is not null) ProcessPlan.TakeTerminal(_plan, pty.Peer);
        else ProcessPlan.TakeStandardStreams(_plan, streams!, ownNull ?? default(StepArgument), process.User.Uid);
        ProcessPlan.SetPersonality(_plan, spec.Linux?.Personality);
        MemoryPolicies.Add(_plan, spec.Linux?.MemoryPolicy);
        ProcessPlan.CloseOthersOnExec(_plan, options.PreserveFds);
        ProcessPlan.EnterWorkingDirectory(_plan, process.Cwd, () => credentials.AddIdentity(_plan));
        credentials.AddRightsOfSearch(_plan);
        string name = process.Args[0];
        var program = _plan.FindExecutable(ExecutableSearch.Description(name), ExecutableSearch.Candidates(name, environment), name.Contains('/'));
        credentials.AddPrivileges(_plan);
        _plan.ExecuteOrReport(ExecutableSearch.DescriptionOfExecution(name), program, process.Args, environment);
    }

    internal ChildPlan Steps => _plan;

    public void Dispose() => _plan.Dispose();
}
