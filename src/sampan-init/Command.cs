using System.Runtime.InteropServices;

namespace Sampan.Init;

/// <summary>Starts the command in a process group of its own, in the foreground of the terminal when there is one: what a person types reaches the command
/// once, from the terminal, and not a second time through us.</summary>
internal static unsafe class Command
{
    private const short POSIX_SPAWN_SETPGROUP = 2, POSIX_SPAWN_SETSIGDEF = 4, POSIX_SPAWN_SETSIGMASK = 8;
    private const int LongestEnvironment = 2 << 20;   // bytes; execve(2) takes no more on a usual stack
    private const int AttributesSize = 512, SignalSetSize = 128;   // glibc's are 336 and 128 bytes on x86-64

    /// <returns>0, or errno of the exec.</returns>
    public static int Start(string[] command, out int pid)
    {
        // Memory of this one call, before the command runs; a process 1 need not give it back.
        byte* attributes = stackalloc byte[AttributesSize], signals = stackalloc byte[SignalSetSize];
        Libc.posix_spawnattr_init(attributes);
        Libc.sigemptyset(signals);
        Libc.posix_spawnattr_setsigmask(attributes, signals);
        Libc.sigfillset(signals);
        Libc.posix_spawnattr_setsigdefault(attributes, signals);
        Libc.posix_spawnattr_setpgroup(attributes, 0);
        Libc.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        byte** argv = Vector(command);
        int started = 0;
        int errno = Libc.posix_spawnp(&started, argv[0], null, attributes, argv, Environment());
        pid = started;
        if (errno == 0)
            Libc.tcsetpgrp(0, started);   // fails without a terminal, which is no matter
        return errno;
    }

    // The environment we were given, as it lies in our own memory. proc_pid_environ(5)
    private static byte** Environment()
    {
        byte* text = (byte*)NativeMemory.Alloc(LongestEnvironment);
        int length = 0, file = Libc.open("/proc/self/environ", 0), read = 0;
        while (file >= 0 && (read = (int)Libc.read(file, text + length, (nuint)(LongestEnvironment - length - 1))) > 0)
            length += read;
        text[length] = 0;
        int count = 0;
        for (int i = 0; i < length; i++)
            count += text[i] == 0 ? 1 : 0;
        byte** vector = (byte**)NativeMemory.AllocZeroed((nuint)(count + 1), (nuint)sizeof(byte*));
        for (int i = 0, start = 0, at = 0; i < length; i++)
        {
            if (text[i] != 0)
                continue;
            vector[at++] = text + start;
            start = i + 1;
        }
        return vector;
    }

    private static byte** Vector(string[] words)
    {
        byte** vector = (byte**)NativeMemory.AllocZeroed((nuint)(words.Length + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < words.Length; i++)
            vector[i] = (byte*)Marshal.StringToCoTaskMemUTF8(words[i]);
        return vector;
    }
}
