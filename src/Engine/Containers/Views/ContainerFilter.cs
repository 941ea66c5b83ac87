using System.Globalization;
using System.Text.RegularExpressions;
using Sampan.Faults;
using Sampan.Images;

namespace Sampan.Engine.Containers.Views;

/// <summary>The filters of <c>docker ps</c>.</summary>
internal sealed class ContainerFilter
{
    private static readonly TimeSpan PatternPatience = TimeSpan.FromMilliseconds(100);
    private readonly Filters _filters;
    private readonly EndpointView _endpoints;
    private readonly DateTimeOffset _before = DateTimeOffset.MaxValue;
    private readonly DateTimeOffset _since = DateTimeOffset.MinValue;
    private readonly HashSet<string> _ancestors = [];
    private readonly HashSet<int> _exitCodes = [];
    private readonly PortFilter _published, _exposed;

    public ContainerFilter(Filters filters, ContainerIndex index, ImageService images, EndpointView endpoints)
    {
        filters.Validate("ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network",
            "publish", "since", "status", "volume");
        (_filters, _endpoints) = (filters, endpoints);
        foreach (string name in filters.Get("before"))
            _before = Earlier(_before, index.Get(name).Document.Created);
        foreach (string name in filters.Get("since"))
            _since = Later(_since, index.Get(name).Document.Created);
        foreach (string name in filters.Get("ancestor"))
            if (images.Find(name) is { } image)
                _ancestors.UnionWith(Descendants(image, images));
        foreach (string code in filters.Get("exited"))
            _exitCodes.Add(int.TryParse(code, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
                : throw new FaultException(FaultKind.InvalidArgument, $"invalid filter 'exited={code}'"));
        foreach (string status in filters.Get("status"))
            if (status is not ("created" or "running" or "paused" or "restarting" or "removing" or "exited" or "dead"))
                throw new FaultException(FaultKind.InvalidArgument, $"invalid filter 'status={status}'");
        foreach (string health in filters.Get("health"))
            if (health is not ("none" or "starting" or "healthy" or "unhealthy"))
                throw new FaultException(FaultKind.InvalidArgument, $"unrecognised filter value for health: {health}");
        IsTask = filters.GetBoolean("is-task");
        (_published, _exposed) = (new PortFilter("publish", filters.Get("publish")), new PortFilter("expose", filters.Get("expose")));
    }

    private bool? IsTask { get; }

    /// <summary>Who asks for a status asks for containers that do not run too, without <c>--all</c>; the other filters choose among those that are shown.</summary>
    public bool ImpliesAll => _filters.Has("status");

    public bool Matches(Container container)
    {
        var (document, state) = (container.Document, container.State);
        return IsTask is not true
            && _filters.MatchesPrefix("id", container.Id)
            && _filters.Any("name", pattern => IsMatch(document.Name, pattern))
            && _filters.MatchesLabels("label", document.Config.Labels)
            && _filters.Matches("status", state.Status.ToWire())
            && (_exitCodes.Count == 0 || (state.Status is ContainerStatus.Exited && _exitCodes.Contains(state.ExitCode)))
            && document.Created < _before && document.Created > _since
            && (!_filters.Has("ancestor") || _ancestors.Contains(document.ImageId))
            && _filters.Any("volume", wanted => document.Mounts.Any(mount => mount.Name == wanted || mount.Source == wanted || mount.Destination == wanted))
            && _filters.Any("network", wanted => _endpoints.Endpoints(container).Any(pair =>
                pair.Key == wanted || (pair.Value.NetworkID.Length > 0 && pair.Value.NetworkID.StartsWith(wanted, StringComparison.Ordinal))))
            && _filters.Any("health", wanted => HealthOf(container) == wanted)
            && MatchesPorts(container);
    }

    // One of either kind is enough, as in Docker.
    private bool MatchesPorts(Container container) => (_published.IsEmpty && _exposed.IsEmpty)
        || _endpoints.SummaryPorts(container).Any(port => _published.Has(port.PublicPort, port.Type) || _exposed.Has(port.PrivatePort, port.Type));

    private static string HealthOf(Container container) => container.Health?.Status ?? "none";

    // A regular expression over the name with or without its slash, as in Docker; a bad one matches as plain text.
    private static bool IsMatch(string name, string pattern)
    {
        if (name == pattern.TrimStart('/'))
            return true;
        try
        {
            return Regex.IsMatch(name, pattern, RegexOptions.CultureInvariant, PatternPatience)
                || Regex.IsMatch("/" + name, pattern, RegexOptions.CultureInvariant, PatternPatience);
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>The image, and those that have all its layers at their bottom.</summary>
    private static IEnumerable<string> Descendants(Image image, ImageService images) => images.List()
        .Where(other => other.Id == image.Id
            || (image.Layers.Count > 0 && other.Layers.Count > image.Layers.Count && other.Layers[image.Layers.Count - 1].Chain == image.TopLayer))
        .Select(other => other.Id.ToString()).Append(image.Id.ToString());

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
