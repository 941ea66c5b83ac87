using System.Globalization;
using Sampan.Faults;

namespace Sampan.EngineClient;

/// <summary>Where an engine listens: <c>unix:///path.sock</c>, <c>tcp://host:port</c> or <c>http://host:port</c>, as in DOCKER_HOST.</summary>
public sealed record EngineAddress
{
    /// <summary>Longest path of a unix socket in bytes: sun_path less its terminator. unix(7).</summary>
    private const int LongestSocketPath = 107;
    private const string UnixScheme = "unix://";

    private EngineAddress(string text) => Text = text;

    /// <summary>The address as given; error messages quote it.</summary>
    public string Text { get; }

    /// <summary>Path of the unix socket, or null when the engine is reached by TCP.</summary>
    public string? SocketPath { get; private init; }

    public string Host { get; private init; } = "";

    public int Port { get; private init; }

    /// <exception cref="FaultException">InvalidArgument: no address; NotSupported: a scheme we do not speak.</exception>
    public static EngineAddress Parse(string text)
    {
        if (text.StartsWith(UnixScheme, StringComparison.Ordinal)) return Unix(text);
        foreach (string scheme in (ReadOnlySpan<string>)["tcp://", "http://"])
            if (text.StartsWith(scheme, StringComparison.Ordinal)) return Tcp(text, text[scheme.Length..]);
        int separator = text.IndexOf("://", StringComparison.Ordinal);
        if (separator <= 0)
            throw new FaultException(FaultKind.InvalidArgument, $"unable to parse docker host `{text}`");
        throw new FaultException(FaultKind.NotSupported,
            $"docker host '{text}': the scheme '{text[..separator]}' is not supported yet; use unix:// or tcp://");
    }

    private static EngineAddress Unix(string text)
    {
        string path = text[UnixScheme.Length..];
        if (path.Length == 0) throw new FaultException(FaultKind.InvalidArgument, $"unable to parse docker host `{text}`");
        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestSocketPath)
            throw new FaultException(FaultKind.InvalidArgument,
                $"the socket path '{path}' is longer than {LongestSocketPath} bytes, the most a unix socket allows; choose a shorter one");
        return new EngineAddress(text) { SocketPath = path };
    }

    private static EngineAddress Tcp(string text, string rest)
    {
        string authority = rest.TrimEnd('/');
        int colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.Contains('/'))
            throw new FaultException(FaultKind.InvalidArgument, $"unable to parse docker host `{text}`: expected tcp://host:port");
        if (!ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            throw new FaultException(FaultKind.InvalidArgument, $"unable to parse docker host `{text}`: the port is not between 1 and 65535");
        string host = authority[..colon].Trim('[', ']');
        return new EngineAddress(text) { Host = host.Length == 0 ? "127.0.0.1" : host, Port = port };
    }

    public override string ToString() => Text;
}
