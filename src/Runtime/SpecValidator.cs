using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>Finds everything in a config that is wrong or cannot be honoured, before anything is made. Nothing is ignored silently.</summary>
internal static class SpecValidator
{
    /// <exception cref="FaultException">InvalidArgument or NotSupported with all problems in one message.</exception>
    internal static void Check(RuntimeSpec spec, CreateOptions options)
    {
        Problems problems = new();
        if (!spec.OciVersion.StartsWith("1.", StringComparison.Ordinal)) problems.Invalid($"ociVersion '{spec.OciVersion}' is not 1.x");
        if (spec.Root is null) problems.Invalid("'root' is missing");
        if (spec.Process is null) problems.Invalid("'process' is missing");
        else Process(spec.Process, problems);
        if (spec.Linux is { } linux) Linux(spec, linux, problems);
        foreach (Hook hook in Hooks(spec.Hooks))
        {
            if (!hook.Path.StartsWith('/')) problems.Invalid($"path '{hook.Path}' of a hook is not absolute");
            if (hook.Timeout <= 0) problems.Invalid($"timeout of hook '{hook.Path}' is not above 0");
        }
        problems.Throw("config.json");
    }

    /// <inheritdoc cref="Check(RuntimeSpec, CreateOptions)"/>
    internal static void Check(ProcessSpec process)
    {
        Problems problems = new();
        Process(process, problems);
        problems.Throw("process");
    }

    private static void Process(ProcessSpec process, Problems problems)
    {
        if (process.Args.Count == 0) problems.Invalid("process.args must not be empty");
        if (!process.Cwd.StartsWith('/')) problems.Invalid("Cwd must be an absolute path");
        if (process.OomScoreAdj is < -1000 or > 1000) problems.Invalid($"process.oomScoreAdj {process.OomScoreAdj} is not between -1000 and 1000");
        if (process.IoPriority is { Priority: < 0 or > 7 } io) problems.Invalid($"invalid ioPriority.Priority: {io.Priority}");
        foreach ((string field, string? cpus) in (ReadOnlySpan<(string, string?)>)[("initial", process.ExecCPUAffinity?.Initial), ("final", process.ExecCPUAffinity?.Final)])
            if (cpus is { Length: > 0 } && CpuList.Parse(cpus) is not { Count: > 0 }) problems.Invalid($"invalid list of CPUs '{cpus}' in process.execCPUAffinity.{field}: expected one such as 0-3,7");
        // To setresuid(2) it is "leave it as it is": root would stay root.
        foreach ((string field, uint id) in (ReadOnlySpan<(string, uint)>)[("uid", process.User.Uid), ("gid", process.User.Gid)])
            if (id == uint.MaxValue) problems.Invalid($"process.user.{field} {id} is no id");
        foreach (uint gid in process.User.AdditionalGids ?? [])
            if (gid == uint.MaxValue) problems.Invalid($"process.user.additionalGids: {gid} is no id");
        HashSet<string> limits = [];
        foreach (RlimitSpec rlimit in process.Rlimits ?? [])
            if (!limits.Add(rlimit.Type)) problems.Invalid($"process.rlimits has {rlimit.Type} twice");
        foreach (string text in (List<string>)[.. process.Args, .. process.Env ?? []])
            if (text.Contains('\0')) problems.Invalid("process.args and process.env must not contain NUL");
    }

    private static void Linux(RuntimeSpec spec, LinuxSpec linux, Problems problems)
    {
        bool Has(string type) => linux.Namespace(type) is not null;
        bool IsApart(string type) => linux.Namespace(type) is { } space && !IsOurs(space);
        if (!Has("uts") && !string.IsNullOrEmpty(spec.Hostname)) problems.Invalid("unable to set hostname without a private UTS namespace");
        if (!Has("uts") && !string.IsNullOrEmpty(spec.Domainname)) problems.Invalid("unable to set domainname without a private UTS namespace");
        if (!Has("user") && (linux.UidMappings is { Count: > 0 } || linux.GidMappings is { Count: > 0 }))
            problems.Invalid("user namespace mappings specified, but user namespace isn't enabled in the config");
        if (linux.Namespace("user") is { Path: null or "" } && (linux.UidMappings is not { Count: > 0 } || linux.GidMappings is not { Count: > 0 }))
            problems.Invalid("user namespaces enabled, but no namespace path to join nor mappings to apply specified: add linux.uidMappings and linux.gidMappings");
        if (linux.TimeOffsets is { Count: > 0 } && !Has("time")) problems.Invalid("time namespace offsets specified, but time namespace isn't enabled in the config");
        if (linux.TimeOffsets is { Count: > 0 } && linux.Namespace("time") is { Path.Length: > 0 })
            problems.Invalid("time namespace enabled, but both namespace path and time offsets specified -- you may only provide one");
        foreach (string clock in linux.TimeOffsets?.Keys ?? [])
            if (clock is not ("monotonic" or "boottime")) problems.Invalid($"unknown clock '{clock}' in linux.timeOffsets");
        foreach (string name in linux.Sysctl?.Keys ?? [])
            if (Sysctls.Problem(name, IsApart) is { } problem) problems.Invalid(problem);
        if (linux.NetDevices is { Count: > 0 } && !Has("network")) problems.Invalid("unable to move network devices without a NET namespace");
        foreach ((string name, NetDevice device) in linux.NetDevices ?? new Dictionary<string, NetDevice>())
            foreach (string given in (ReadOnlySpan<string>)[name, device.Name ?? name])
                if (!IsLinkName(given)) problems.Invalid($"invalid network device name \"{given}\"");
    }

    // A path may lead to the very namespace that the runtime is in.
    private static bool IsOurs(NamespaceSpec space) => space is { Type: "network", Path: { Length: > 0 } path }
        && Files.TryStat(null, path, followLinks: true, out Statx theirs) && theirs.Inode == Files.Stat(null, "/proc/thread-self/ns/net", followLinks: true).Inode;

    // dev_valid_name() of the kernel
    private static bool IsLinkName(string name)
    {
        const int IFNAMSIZ = 16;
        return name.Length is > 0 and < IFNAMSIZ && name is not ("." or "..") && name.AsSpan().IndexOfAny("/: \t\n") < 0;
    }

    private static List<Hook> Hooks(Hooks? hooks)
        => hooks is null ? [] : [.. hooks.Prestart ?? [], .. hooks.CreateRuntime ?? [], .. hooks.CreateContainer ?? [], .. hooks.StartContainer ?? [], .. hooks.Poststart ?? [], .. hooks.Poststop ?? []];

    /// <summary>What was found so far.</summary>
    private sealed class Problems
    {
        private readonly List<string> _invalid = [], _notSupported = [];

        internal void Invalid(string problem) => _invalid.Add(problem);

        internal void NotSupported(string what) => _notSupported.Add($"{what} is not supported yet; remove it");

        internal void Throw(string document)
        {
            if (_invalid.Count + _notSupported.Count == 0) return;
            throw new FaultException(_invalid.Count > 0 ? FaultKind.InvalidArgument : FaultKind.NotSupported,
                $"invalid {document}: {string.Join("; ", (List<string>)[.. _invalid, .. _notSupported])}");
        }
    }
}
