using System.Globalization;
using Sampan.Faults;

namespace Sampan.Engine.Containers.Views;

/// <summary>The ports that <c>docker ps --filter publish=…</c> or <c>expose=…</c> asks for: <c>80</c>, <c>8000-8080</c>, <c>53/udp</c>.</summary>
internal sealed class PortFilter
{
    private readonly List<(string Protocol, ushort First, ushort Last)> _ranges = [];

    /// <param name="key">"publish" or "expose".</param>
    /// <exception cref="FaultException">Internal, as with dockerd, and with its texts: no port or range.</exception>
    public PortFilter(string key, IReadOnlyCollection<string> values)
    {
        foreach (string value in values)
        {
            if (value.Contains(':'))
                throw new FaultException(FaultKind.Internal, $"filter for '{key}' should not contain ':': {value}");
            string[] parts = value.Split('/');
            string protocol = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : "tcp";
            string Failure(string why) => $"error while looking up for {key} {value}: {why}";
            if (parts[0].Length == 0)
                throw new FaultException(FaultKind.Internal, Failure("empty string specified for ports"));
            string[] ends = parts[0].Split('-');
            ushort first = Parse(ends[0], Failure), last = ends.Length > 1 ? Parse(ends[1], Failure) : first;
            if (last < first)
                throw new FaultException(FaultKind.Internal, Failure($"invalid range specified for port: {parts[0]}"));
            _ranges.Add((protocol, first, last));
        }
    }

    public bool IsEmpty => _ranges.Count == 0;

    /// <param name="port">0: none.</param>
    public bool Has(int port, string protocol)
    {
        foreach (var range in _ranges)
            if (protocol == range.Protocol && port >= range.First && port <= range.Last)
                return true;
        return false;
    }

    private static ushort Parse(string text, Func<string, string> failure)
    {
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return port;
        bool isNumber = text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
        throw new FaultException(FaultKind.Internal, failure($"strconv.ParseUint: parsing \"{text}\": {(isNumber ? "value out of range" : "invalid syntax")}"));
    }
}
