using System.Runtime.InteropServices;

namespace Sampan.Linux.Children;

/// <summary>One step of a child between clone and exec: a system call with its arguments ready, or one of <see cref="ChildOperation"/>.
/// Lives in unmanaged memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ChildStep
{
    /// <summary>A system call's number, or a negative <see cref="ChildOperation"/>.</summary>
    public int Number;
    /// <summary>Slot that takes the result; -1 for none.</summary>
    public int ResultSlot;
    /// <summary>Arguments whose value is a slot's number instead of the value itself: bit i for argument i.</summary>
    public int SlotArguments;
    /// <summary>Up to two errnos that are no failure; 0 for none.</summary>
    public int Tolerated, AlsoTolerated;
    /// <summary>Steps left out after a tolerated errno.</summary>
    public int SkipWhenTolerated;
    public fixed long Arguments[6];
    /// <summary>What fails when this fails; UTF-8, ends with a zero.</summary>
    public byte* Description;
}

/// <summary>What a child does between clone and exec that is more than one system call.</summary>
internal enum ChildOperation
{
    /// <summary>Every signal to its default action, none blocked.</summary>
    ResetSignals = -1,
    /// <summary>Tells the parent that this point is reached, with the slots; argument 0 is the <see cref="ChildReport"/> kind.</summary>
    Report = -2,
    /// <summary>Waits for the parent's byte; a descriptor that comes with it goes to the slot of argument 0.</summary>
    AwaitParent = -3,
    /// <summary>Accepts on the listening socket in argument 0 until somebody sends a byte; that connection replaces the parent.</summary>
    AwaitStart = -4,
    /// <summary>Argument 0: null-terminated array of paths; the first that can be executed goes into the result slot, as its index.
    /// Argument 1: not 0 when it is the one path meant, and no search.</summary>
    FindExecutable = -5,
    /// <summary>Fails with ENOENT when the working directory is not below the root (getcwd(2): "(unreachable)").</summary>
    CheckWorkingDirectory = -6,
    /// <summary>Runs a program and waits: path, argv, envp, standard input, timeout in ms (-1: none), file for standard error.</summary>
    RunProgram = -7,
    /// <summary>execve: array of paths, slot of the index, argv, envp; argument 4 is a <see cref="ExecFailureText"/>.</summary>
    Execute = -8,
    /// <summary>chdir to argument 1, unless the slot of argument 0 says that an earlier one succeeded.</summary>
    EnterDirectoryUnless = -9,
    /// <summary>Clones a sibling with the flags of argument 0, which goes on with the next step; this process tells the parent its pid
    /// in a report of the kind of argument 1, and ends.</summary>
    BeBornAgain = -10,
    /// <summary>Tells the parent of the seccomp listener in the slot of argument 0, and closes it when the parent has it.</summary>
    HandOverListener = -11,
}
