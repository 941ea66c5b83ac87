namespace Sampan.Linux.Seccomp;

/// <summary>On 32-bit x86 the socket and System V calls also come through socketcall(2) and ipc(2), the call chosen by the first argument
/// (linux/net.h SYS_*, linux/ipc.h). A rule without conditions covers both ways; the other arguments lie in memory, where no filter sees them.</summary>
internal readonly record struct MultiplexedCall(int Number, uint Selector)
{
    private const int Socketcall = 102, Ipc = 117;

    public static MultiplexedCall? Find(string name) => name switch
    {
        "socket" => new(Socketcall, 1),
        "bind" => new(Socketcall, 2),
        "connect" => new(Socketcall, 3),
        "listen" => new(Socketcall, 4),
        "accept" => new(Socketcall, 5),
        "getsockname" => new(Socketcall, 6),
        "getpeername" => new(Socketcall, 7),
        "socketpair" => new(Socketcall, 8),
        "send" => new(Socketcall, 9),
        "recv" => new(Socketcall, 10),
        "sendto" => new(Socketcall, 11),
        "recvfrom" => new(Socketcall, 12),
        "shutdown" => new(Socketcall, 13),
        "setsockopt" => new(Socketcall, 14),
        "getsockopt" => new(Socketcall, 15),
        "sendmsg" => new(Socketcall, 16),
        "recvmsg" => new(Socketcall, 17),
        "accept4" => new(Socketcall, 18),
        "recvmmsg" => new(Socketcall, 19),
        "sendmmsg" => new(Socketcall, 20),
        "semop" => new(Ipc, 1),
        "semget" => new(Ipc, 2),
        "semctl" => new(Ipc, 3),
        "semtimedop" => new(Ipc, 4),
        "msgsnd" => new(Ipc, 11),
        "msgrcv" => new(Ipc, 12),
        "msgget" => new(Ipc, 13),
        "msgctl" => new(Ipc, 14),
        "shmat" => new(Ipc, 21),
        "shmdt" => new(Ipc, 22),
        "shmget" => new(Ipc, 23),
        "shmctl" => new(Ipc, 24),
        _ => null,
    };
}
