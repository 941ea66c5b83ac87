using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Sampan.ShimClient;

/// <summary>What a shim is started with.</summary>
public sealed record ShimLaunchOptions
{
    /// <summary>Absolute path of <c>sampan-runtime</c>.</summary>
    public required string RuntimePath { get; init; }

    public required string Id { get; init; }

    /// <summary>Absolute path of an existing directory: the OCI bundle, and where <c>exit.json</c> and <c>shim.log</c> go.</summary>
    public required string Bundle { get; init; }

    /// <summary>Where the shim will answer; the launcher binds it. At most 105 bytes, so that the attach socket fits too.</summary>
    public required string SocketPath { get; init; }

    public string AttachSocketPath => AttachSocketOf(SocketPath);

    /// <summary>Published ports, whose sockets the shim keeps open for as long as it lives.</summary>
    public IReadOnlyList<PublishedListener> Listeners { get; init; } = [];

    /// <summary>Where the attach socket of the shim at <paramref name="socketPath"/> is.</summary>
    public static string AttachSocketOf(string socketPath) => $"{socketPath}.a";
}

/// <summary>A bound (and, for TCP, listening) socket on the host, and where in the container its traffic goes.</summary>
/// <param name="Socket">Duplicated by the launcher; the caller may close its own afterwards.</param>
/// <param name="Target">The container's address and port.</param>
/// <param name="Protocol">"tcp" or "udp".</param>
public sealed record PublishedListener(SafeFileHandle Socket, IPEndPoint Target, string Protocol);
