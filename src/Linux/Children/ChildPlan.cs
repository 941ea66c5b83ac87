using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>An argument of a step: a number, a pointer, a descriptor that the child inherits, or what an earlier step returned.</summary>
public readonly record struct StepArgument
{
    private StepArgument(long value) => Value = value;

    internal long Value { get; private init; }
    internal bool IsSlot { get; private init; }
    internal bool IsDescriptor { get; private init; }

    public static implicit operator StepArgument(int value) => new(value);
    public static implicit operator StepArgument(long value) => new(value);
    public static implicit operator StepArgument(Slot slot) => new(slot.Index) { IsSlot = true };
    public static implicit operator StepArgument(SafeFileHandle handle) => new(handle.Fd()) { IsDescriptor = true };
    public static unsafe implicit operator StepArgument(void* pointer) => new((nint)pointer);
}

/// <summary>Where a step's result is kept for later steps and for the parent's eyes.</summary>
public readonly record struct Slot(int Index);

/// <summary>What a child does between clone and exec, written down beforehand in unmanaged memory: a list of system calls with their arguments.
/// The parent builds it with all the comforts of .NET; the child only walks it. docs/adr/0001.</summary>
public sealed unsafe class ChildPlan : IDisposable
{
    private const int ChunkSize = 16 * 1024;
    private readonly List<nint> _chunks = [];
    private ChildStep* _steps;
    private int _capacity = 160;
    private int _count;
    private byte* _free;
    private int _freeBytes;
    private int _slots;
    private readonly List<int> _descriptors = [];

    public ChildPlan() => _steps = (ChildStep*)NativeMemory.Alloc((nuint)(_capacity * sizeof(ChildStep)));

    internal int StepCount => _count;

    internal ChildStep* Steps => _steps;

    /// <summary>For a result that only the next steps need.</summary>
    public static Slot Scratch => new(ChildReport.SlotCount - 1);

    public Slot NewSlot() => _slots < ChildReport.SlotCount - 1 ? new Slot(_slots++)
        : throw new InvalidOperationException("a child's plan has too many slots");

    /// <summary>Appends a system call.</summary>
    /// <param name="description">What fails when it fails: "cannot set the host name".</param>
    public ref StepOptions Call(string description, int number, StepArgument a = default, StepArgument b = default, StepArgument c = default,
        StepArgument d = default, StepArgument e = default, StepArgument f = default)
    {
        if (_count == _capacity)
            _steps = (ChildStep*)NativeMemory.Realloc(_steps, (nuint)((_capacity *= 2) * sizeof(ChildStep)));
        ChildStep* step = _steps + _count++;
        *step = new ChildStep { Number = number, ResultSlot = -1, Description = Text(description) };
        Set(step, 0, a);
        Set(step, 1, b);
        Set(step, 2, c);
        Set(step, 3, d);
        Set(step, 4, e);
        Set(step, 5, f);
        return ref *(StepOptions*)&step->ResultSlot;
    }

    /// <summary>Waits until the child may go on; <paramref name="descriptor"/> takes the descriptor that comes with it, if one does.</summary>
    public void AwaitParent(Slot? descriptor = null) => Operation("cannot wait for the parent", ChildOperation.AwaitParent, descriptor?.Index ?? -1);

    /// <summary>Tells the parent that this point is reached (<see cref="Child.Await"/>).</summary>
    public void Report(int kind) => Operation("cannot report to the parent", ChildOperation.Report, kind);

    /// <summary>Waits on a listening unix socket for somebody's permission to go on (<see cref="StartSocket"/>), who then hears of failures in the parent's place.</summary>
    public void AwaitStart(SafeFileHandle listener) => Operation("cannot wait for the start", ChildOperation.AwaitStart, listener);

    /// <summary>A sibling goes on from here (<see cref="Child.AwaitRebirth"/>), born in the namespaces that this child has joined, with new ones besides:
    /// those that setns(2) gives to children only, and those that shall belong to a user namespace that was joined.</summary>
    /// <param name="report">The kind by which the parent hears of it.</param>
    public void BeBornAgain(NamespaceKinds namespaces, int report)
        => Operation($"cannot make a process with new namespaces ({Namespaces.FileNames(namespaces)})", ChildOperation.BeBornAgain, (long)namespaces, report);

    /// <summary>Lets who waits for the program take the descriptor of a seccomp listener first (<see cref="ListenerHandover"/>).</summary>
    public void HandOverListener(Slot listener) => Operation("cannot hand over the seccomp listener", ChildOperation.HandOverListener, listener.Index);

    /// <summary>Every signal to its default action, none blocked.</summary>
    public void ResetSignals() => Operation("cannot reset the signals", ChildOperation.ResetSignals, (long)IgnoredSignals.OfThisProcess());

    /// <summary>Fails with ENOENT when the working directory lies outside of the root.</summary>
    public void CheckWorkingDirectory(string description) => Operation(description, ChildOperation.CheckWorkingDirectory);

    /// <summary>chdir, where these errnos may be cured by a later <see cref="EnterDirectoryUnless"/>.</summary>
    public Slot EnterDirectory(string description, string path, Errno tolerated, Errno alsoTolerated)
    {
        Slot entered = NewSlot();
        Call(description, SyscallNumber.chdir, Text(path)).Into(entered).Tolerating(tolerated, alsoTolerated);
        return entered;
    }

    /// <summary>chdir, unless the earlier one succeeded.</summary>
    public void EnterDirectoryUnless(Slot entered, string description, string path)
        => Operation(description, ChildOperation.EnterDirectoryUnless, entered.Index, Text(path));

    /// <summary>Runs a program to its end: how it ended when it fails, ETIMEDOUT when it takes longer (-1: no limit).</summary>
    /// <param name="error">A file for its standard error, which is told when it fails.</param>
    public void RunProgram(string description, string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, SafeFileHandle input, SafeFileHandle error, int timeoutMs)
        => Call(description, (int)ChildOperation.RunProgram, Text(path), Texts(arguments), Texts(environment), input, timeoutMs, error);

    /// <summary>Picks the first path that can be executed by who the child is at this point: ENOENT, or EACCES when one was there.</summary>
    /// <param name="isPath">One path is meant, no search: the errno is its own.</param>
    public (Slot Choice, nint Candidates) FindExecutable(string description, IReadOnlyList<string> candidates, bool isPath)
    {
        byte** paths = Texts(candidates);
        Slot choice = NewSlot();
        Operation(description, ChildOperation.FindExecutable, paths, isPath ? 1 : 0).Into(choice);
        return (choice, (nint)paths);
    }

    /// <summary>The last step. When execve refuses, the reason goes to the new process's standard error, as users of runc know it.</summary>
    public void Execute((Slot Choice, nint Candidates) program, string name, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        const int KnownErrors = 40;
        byte** errors = (byte**)Allocate((KnownErrors + 1) * sizeof(byte*));
        for (int errno = 0; errno <= KnownErrors; errno++) errors[errno] = null;
        byte* other = Text("input/output error\n");
        for (int errno = 1; errno <= KnownErrors; errno++) errors[errno] = other;
        foreach (Errno errno in (ReadOnlySpan<Errno>)[Errno.ENOENT, Errno.ENOEXEC, Errno.EACCES, Errno.ENOTDIR, Errno.EPERM, Errno.E2BIG, Errno.ENOMEM, Errno.EISDIR, Errno.ELOOP, Errno.EINVAL])
            errors[(int)errno] = Text(LinuxException.Text(errno) + "\n");
        string prefix = $"exec {name}: ";
        ExecFailureText text = new() { Prefix = Text(prefix), PrefixLength = System.Text.Encoding.UTF8.GetByteCount(prefix), Errors = errors };
        Operation("cannot execute the program", ChildOperation.Execute, (void*)program.Candidates, program.Choice.Index, Texts(arguments), Texts(environment),
            Copy<ExecFailureText>([text]));
    }

    /// <summary>The last step, where somebody still waits to hear of its failure.</summary>
    public void ExecuteOrReport(string description, (Slot Choice, nint Candidates) program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
        => Operation(description, ChildOperation.Execute, (void*)program.Candidates, program.Choice.Index, Texts(arguments), Texts(environment), 0);

    private ref StepOptions Operation(string description, ChildOperation operation, StepArgument a = default, StepArgument b = default,
        StepArgument c = default, StepArgument d = default, StepArgument e = default)
        => ref Call(description, (int)operation, a, b, c, d, e);

    /// <summary>Text in the plan's memory, UTF-8 with a zero at its end.</summary>
    public byte* Text(string text)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(text);
        byte* copy = Allocate(length + 1);
        System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        copy[length] = 0;
        return copy;
    }

    public byte** Texts(IReadOnlyList<string> texts)
    {
        byte** vector = (byte**)Allocate((texts.Count + 1) * sizeof(byte*));
        for (int i = 0; i < texts.Count; i++) vector[i] = Text(texts[i]);
        vector[texts.Count] = null;
        return vector;
    }

    /// <summary>A copy in the plan's memory.</summary>
    public T* Copy<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        T* copy = (T*)Allocate(values.Length * sizeof(T));
        values.CopyTo(new Span<T>(copy, values.Length));
        return copy;
    }

    /// <summary>Aligned to 8 bytes; freed with the plan.</summary>
    public byte* Allocate(int size)
    {
        size = (size + 7) & ~7;
        if (size > _freeBytes)
        {
            _freeBytes = Math.Max(size, ChunkSize);
            _free = (byte*)NativeMemory.Alloc((nuint)_freeBytes);
            _chunks.Add((nint)_free);
        }
        byte* start = _free;
        _free += size;
        _freeBytes -= size;
        return start;
    }

    public void Dispose()
    {
        foreach (nint chunk in _chunks) NativeMemory.Free((void*)chunk);
        _chunks.Clear();
        NativeMemory.Free(_steps);
        _steps = null;
    }

    /// <summary>Descriptors that steps use, ascending and unique, with <paramref name="channel"/>; ends with -1. The child closes all others at once,
    /// so that nothing else of ours shows in its /proc/PID/fd and no pipe of another child stays open in it.</summary>
    internal int* Descriptors(int channel)
    {
        _descriptors.Add(channel);
        _descriptors.Sort();
        int* numbers = (int*)Allocate((_descriptors.Count + 1) * sizeof(int));
        int count = 0;
        foreach (int descriptor in _descriptors)
            if (count == 0 || numbers[count - 1] != descriptor) numbers[count++] = descriptor;
        numbers[count] = -1;
        return numbers;
    }

    /// <summary>Numbers that stay open though no step uses them.</summary>
    public void Keep(int firstDescriptor, int count)
    {
        for (int i = 0; i < count; i++) _descriptors.Add(firstDescriptor + i);
    }

    private void Set(ChildStep* step, int index, StepArgument argument)
    {
        step->Arguments[index] = argument.Value;
        if (argument.IsDescriptor) _descriptors.Add((int)argument.Value);
        if (argument.IsSlot) step->SlotArguments |= 1 << index;
    }
}
