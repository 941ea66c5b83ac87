using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>What to start, and the descriptors it gets: all others are closed.</summary>
public sealed record SpawnOptions
{
    /// <summary>Absolute path of the program; PATH is not searched.</summary>
    public required string Path { get; init; }
    /// <summary>The whole argv, the name first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }
    /// <summary>"NAME=value"; null passes ours on.</summary>
    public IReadOnlyList<string>? Environment { get; init; }
    public string? WorkingDirectory { get; init; }
    /// <summary>Descriptor numbers of the new process and what they are. 0, 1 and 2 not named here are /dev/null.</summary>
    public IReadOnlyDictionary<int, SafeFileHandle> Descriptors { get; init; } = new Dictionary<int, SafeFileHandle>();
    /// <summary>A new session, so no signal of our terminal reaches it.</summary>
    public bool NewSession { get; init; }
    /// <summary>Signals that every thread of the program finds blocked, from its first instruction on.</summary>
    public IReadOnlyList<int> BlockedSignals { get; init; } = [];
}

/// <summary>Starts programs by posix_spawn(3): no fork of our memory, no handler inherited, no signal blocked but those asked for.</summary>
public static unsafe class Spawn
{
    // glibc's opaque types are 80 and 336 bytes on x86-64; the test of the layouts holds the bound.
    internal const int FileActionsSize = 128, AttributesSize = 512, SignalSetSize = 128;
    private const short POSIX_SPAWN_SETSIGDEF = 4, POSIX_SPAWN_SETSIGMASK = 8, POSIX_SPAWN_SETSID = 0x80;

    /// <exception cref="LinuxException">posix_spawn(3): ENOENT, EACCES, ENOEXEC of the program; EAGAIN, ENOMEM.</exception>
    public static ChildProcess Start(SpawnOptions options)
    {
        byte* actions = stackalloc byte[FileActionsSize], attributes = stackalloc byte[AttributesSize], signals = stackalloc byte[SignalSetSize];
        List<SafeFileHandle> above = [];
        Libc.posix_spawn_file_actions_init(actions);
        Libc.posix_spawnattr_init(attributes);
        using Utf8Text path = new(options.Path), directory = new(options.WorkingDirectory);
        byte** argv = StringVector.Allocate(options.Arguments), envp = StringVector.Allocate(options.Environment ?? Inherited());
        try
        {
            // Every source is first moved above every target, or an early dup2 would overwrite a later source.
            int limit = 3;
            foreach (int target in options.Descriptors.Keys) limit = Math.Max(limit, target + 1);
            SafeFileHandle? nowhere = null;
            for (int standard = 0; standard < 3; standard++)
            {
                if (options.Descriptors.ContainsKey(standard)) continue;
                if (nowhere is null)
                {
                    using SafeFileHandle opened = Files.Open("/dev/null", OpenFlags.ReadWrite);
                    above.Add(nowhere = Files.Duplicate(opened, limit));
                }
                Libc.posix_spawn_file_actions_adddup2(actions, nowhere.Fd(), standard);
            }
            foreach ((int target, SafeFileHandle source) in options.Descriptors)
            {
                SafeFileHandle moved = Files.Duplicate(source, limit);
                above.Add(moved);
                Libc.posix_spawn_file_actions_adddup2(actions, moved.Fd(), target);
            }
            if (options.WorkingDirectory is not null) Libc.posix_spawn_file_actions_addchdir_np(actions, directory.Pointer);

            Libc.sigemptyset(signals);
            foreach (int signal in options.BlockedSignals) Libc.sigaddset(signals, signal);
            Libc.posix_spawnattr_setsigmask(attributes, signals);
            Libc.sigfillset(signals);
            Libc.posix_spawnattr_setsigdefault(attributes, signals);
            Libc.posix_spawnattr_setflags(attributes, (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (options.NewSession ? POSIX_SPAWN_SETSID : 0)));

            int pid;
            int errno = Libc.posix_spawn(&pid, path.Pointer, actions, attributes, argv, envp);
            if (errno != 0) throw new LinuxException((Errno)errno, "posix_spawn", $"cannot start '{options.Path}'");
            return ChildProcess.Find(pid)!;   // a child that has ended stays until it is reaped, so it is found
        }
        finally
        {
            foreach (SafeFileHandle handle in above) handle.Dispose();
            StringVector.Free(argv);
            StringVector.Free(envp);
            Libc.posix_spawnattr_destroy(attributes);
            Libc.posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>Our own environment, "NAME=value".</summary>
    public static List<string> Inherited()
    {
        List<string> variables = [];
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables()) variables.Add($"{entry.Key}={entry.Value}");
        return variables;
    }
}
