namespace Sampan.Linux.Events;

/// <summary>What a descriptor is watched for, and what became true of it. epoll_ctl(2)</summary>
[Flags]
public enum EpollInterest : uint
{
    None = 0,
    In = 0x001,
    Out = 0x004,
    /// <summary>Always reported, never asked for.</summary>
    Error = 0x008,
    /// <summary>Always reported, never asked for.</summary>
    HangUp = 0x010,
    /// <summary>The peer shut down its writing half.</summary>
    ReadHangUp = 0x2000,
    EdgeTriggered = 1u << 31,
}
