using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>The hooks of one moment of a container's life, with its state on their standard input. config.md § POSIX-platform hooks.</summary>
internal sealed unsafe class HookRun(string moment, IReadOnlyList<Hook>? hooks) : IDisposable
{
    private readonly IReadOnlyList<Hook> _hooks = hooks ?? [];
    private readonly List<SafeFileHandle> _inputs = [], _errors = [];

    internal int Count => _hooks.Count;

    /// <summary>For the child to run in its own namespaces. Its state is known only when it is there: <see cref="WriteState"/>.</summary>
    /// <param name="inherited">The environment of hooks that bring none.</param>
    internal void AddTo(ChildPlan plan, IReadOnlyList<string> inherited)
    {
        for (int i = 0; i < _hooks.Count; i++)
        {
            SafeFileHandle input = Memory(), error = Memory();
            _inputs.Add(input);
            _errors.Add(error);
            plan.RunProgram(Description(i), _hooks[i].Path, Arguments(_hooks[i]), _hooks[i].Env ?? inherited, input, error, Timeout(_hooks[i]));
        }
    }

    internal void WriteState(ContainerState state)
    {
        foreach (SafeFileHandle input in _inputs) Fill(input, state);
    }

    /// <summary>Runs them here, in the runtime's namespaces, one after the other.</summary>
    /// <exception cref="FaultException">One failed or took longer than its timeout; the later ones have not run.</exception>
    internal void Run(ContainerState state)
    {
        for (int i = 0; i < _hooks.Count; i++) Run(i, state);
    }

    /// <summary>The same, where a failure is told and the others run nevertheless.</summary>
    internal void RunEach(ContainerState state, Action<string>? warn)
    {
        for (int i = 0; i < _hooks.Count; i++)
            try
            {
                Run(i, state);
            }
            catch (FaultException e)
            {
                warn?.Invoke(e.Message);
            }
    }

    private void Run(int i, ContainerState state)
    {
        using SafeFileHandle input = Memory();
        Fill(input, state);
        using SafeFileHandle error = Memory();
        using ChildProcess process = Spawn.Start(new SpawnOptions
        {
            Path = _hooks[i].Path,
            Arguments = Arguments(_hooks[i]),
            Environment = _hooks[i].Env ?? Spawn.Inherited(),
            WorkingDirectory = state.Bundle,
            Descriptors = new Dictionary<int, SafeFileHandle> { [0] = input, [2] = error },
        });
        if (!AwaitEnd(process, Timeout(_hooks[i])))
        {
            const int SIGKILL = 9;
            process.Signal(SIGKILL);
            process.Wait();
            throw new FaultException(FaultKind.Internal, $"{Description(i)}: it did not end within {_hooks[i].Timeout} s");
        }
        ExitStatus status = process.Wait();
        if (status.ShellCode != 0)
            throw new FaultException(FaultKind.Internal, $"{Description(i)}: {status.Text}, stdout: , stderr: {ReadAll(error)}");
    }

    public void Dispose()
    {
        foreach (SafeFileHandle input in _inputs) input.Dispose();
        foreach (SafeFileHandle error in _errors) error.Dispose();
    }

    private static bool AwaitEnd(ChildProcess process, int timeoutMs)
    {
        PollFd ended = new() { Fd = process.Pidfd.Fd(), Events = PollFd.POLLIN };
        int ready;
        do ready = Libc.poll(&ended, 1, timeoutMs);
        while (ready < 0 && LinuxException.LastError == Errno.EINTR);
        return ready > 0;
    }

    // Both of runc's words: those of 1.1, and those since.
    private string Description(int index) => $"error running {moment} hook #{index}: error running hook #{index}";

    private static IReadOnlyList<string> Arguments(Hook hook) => hook.Args is { Count: > 0 } args ? args : [hook.Path];

    private static int Timeout(Hook hook) => hook.Timeout is { } seconds ? seconds * 1000 : -1;

    private static void Fill(SafeFileHandle input, ContainerState state)
    {
        Files.WriteAll(input, ContainerStateJson.Write(state), "state for a hook");
        Libc.lseek(input.Fd(), 0, 0);
    }

    private static string ReadAll(SafeFileHandle file)
    {
        Libc.lseek(file.Fd(), 0, 0);
        return Encoding.UTF8.GetString(Files.ReadAll(file, "hook's standard error")).Trim();
    }

    private static SafeFileHandle Memory()
    {
        using Utf8Text name = new("sampan-hook");
        int fd = Libc.memfd_create(name.Pointer, 1 /* MFD_CLOEXEC */);
        if (fd < 0) throw LinuxException.FromLastError("memfd_create", "cannot make the standard input of a hook");
        return new SafeFileHandle(fd, ownsHandle: true);
    }
}
