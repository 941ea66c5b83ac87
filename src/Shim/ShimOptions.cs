using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Sampan.Shim;

/// <summary>What a serving shim is given.</summary>
public sealed record ShimOptions
{
    public required string Id { get; init; }

    /// <summary>Absolute path of the OCI bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>Bound and listening: the Task API.</summary>
    public required SafeFileHandle TaskSocket { get; init; }

    /// <summary>Bound and listening; null where nobody attaches (containerd's stdio is fifos).</summary>
    public SafeFileHandle? AttachSocket { get; init; }

    /// <summary>Published ports, kept open and relayed.</summary>
    public IReadOnlyList<PortListener> Listeners { get; init; } = [];

    /// <summary>containerd's ttrpc event service, and the namespace that events are for; null: our own engine started us, we end when it is
    /// gone and the container too.</summary>
    public EventService? Events { get; init; }
}

/// <param name="Socket">Bound, and listening when it is a stream socket.</param>
/// <param name="Target">The container's address and port.</param>
/// <param name="Protocol">"tcp" or "udp".</param>
public sealed record PortListener(SafeFileHandle Socket, IPEndPoint Target, string Protocol);

/// <param name="Address">Path of containerd's ttrpc socket; empty: events go nowhere.</param>
/// <param name="Namespace">containerd's namespace of the container.</param>
public sealed record EventService(string Address, string Namespace);
