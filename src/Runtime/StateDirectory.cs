using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>One container's folder below the runtime's root: its state document and the socket at which its start is asked.</summary>
internal sealed class StateDirectory : IDisposable
{
    private const string Document = "state.json";
    private const string CgroupNote = "cgroup";
    private const string Config = "config.json";
    internal const string SeccompCacheName = "@seccomp";
    private const int LongestId = 1024;
    private readonly string _path;

    private StateDirectory(string path, SafeFileHandle handle) => (_path, Handle) = (path, handle);

    internal SafeFileHandle Handle { get; }

    /// <summary>Compiled seccomp filters, beside the containers under a name that no container can have.</summary>
    internal string SeccompCache => $"{Path.GetDirectoryName(_path)}/{SeccompCacheName}";

    /// <exception cref="FaultException">AlreadyExists; InvalidArgument: no valid id.</exception>
    internal static StateDirectory Create(string root, string id)
    {
        CheckId(id);
        // Nobody else lists what runs here (CVE-2021-41103).
        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        string path = $"{root}/{id}";
        if (Libc.mkdirat(Libc.AT_FDCWD, path, 0x1C9 /* 0711 */) < 0)
            throw LinuxException.LastError == Errno.EEXIST ? new FaultException(FaultKind.AlreadyExists, $"container with given ID already exists: '{id}'")
                : LinuxException.FromLastError("mkdir", $"cannot make the state directory '{path}'");
        return new(path, Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory));
    }

    /// <exception cref="FaultException">NotFound; InvalidArgument: no valid id.</exception>
    internal static StateDirectory Open(string root, string id)
    {
        CheckId(id);
        string path = $"{root}/{id}";
        SafeFileHandle? handle = Files.TryOpenAt(null, path, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out Errno errno);
        if (handle is not null) return new(path, handle);
        throw errno == Errno.ENOENT ? new FaultException(FaultKind.NotFound, $"container does not exist: '{id}'")
            : new LinuxException(errno, "open", $"cannot open the state directory '{path}'");
    }

    /// <summary>Where the control group will be, before it is made: whoever finds the folder of a creation that was killed can remove it.</summary>
    /// <exception cref="LinuxException">symlink(2).</exception>
    internal void NoteCgroup(string path)
    {
        if (Libc.symlinkat(path, Handle.Fd(), CgroupNote) < 0) throw LinuxException.FromLastError("symlink", $"cannot write to the state directory '{_path}'");
    }

    /// <summary>Null when the creation did not come that far.</summary>
    internal string? NotedCgroup() => new FileInfo($"{_path}/{CgroupNote}").LinkTarget;

    internal void Write(ContainerState state) => Files.Replace($"{_path}/{Document}", ContainerStateJson.Write(state));

    /// <summary>Copies the bundle's configuration: what becomes of that later does not change the container. runtime.md § Lifecycle, 2</summary>
    internal void KeepConfig(string path)
    {
        using SafeFileHandle? given = Files.TryOpenAt(null, path, OpenFlags.ReadOnly, 0, out _);
        if (given is null) return;   // the config of a caller who made it in memory is not on any disk
        using SafeFileHandle kept = Files.OpenAt(Handle, Config, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, 0x180 /* 0600 */);
        Files.WriteAll(kept, Files.ReadAll(given, path), $"{_path}/{Config}");
    }

    /// <summary>Null for a container made by a version that kept none, or in memory.</summary>
    internal RuntimeSpec? KeptConfig() => Files.TryOpenAt(Handle, Config, OpenFlags.ReadOnly, 0, out _) is { } file ? Container.ReadSpec(file, $"{_path}/{Config}") : null;

    /// <summary>Null when the container was never made whole.</summary>
    internal ContainerState? Read()
    {
        using SafeFileHandle? file = Files.TryOpenAt(Handle, Document, OpenFlags.ReadOnly, 0, out _);
        return file is null ? null : ContainerStateJson.Read(Files.ReadAll(file, $"{_path}/{Document}"));
    }

    /// <summary>Idempotent.</summary>
    internal void Remove()
    {
        foreach (string name in (ReadOnlySpan<string>)[Document, CgroupNote, Config]) Libc.unlinkat(Handle.Fd(), name, 0);
        if (Libc.unlinkat(Libc.AT_FDCWD, _path, Libc.AT_REMOVEDIR) < 0 && Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }

    public void Dispose() => Handle.Dispose();

    private static void CheckId(string id)
    {
        bool valid = id.Length is > 0 and <= LongestId && id is not ("." or "..");
        foreach (char c in id) valid &= char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.';
        if (!valid) throw new FaultException(FaultKind.InvalidArgument, $"invalid container ID format: '{id}'; use letters, digits and _ + - .");
    }
}
