using Sampan.Engine;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Specs;

namespace Sampan.EngineApi.Routes;

/// <summary>docker images --filter, as the image store understands it.</summary>
internal static class ImageFilters
{
    internal static ImageFilter Of(Filters filters) => new()
    {
        Dangling = filters.GetBoolean("dangling"),
        Labels = [.. filters.Get("label")],
        References = [.. filters.Get("reference")],
        Before = [.. filters.Get("before")],
        Since = [.. filters.Get("since")],
        Until = Until(filters),
    };

    // 2025-03-04T05:06:07Z, 1741064767, or a duration back from now: 24h, 1h30m
    private static DateTimeOffset? Until(Filters filters)
    {
        var values = filters.Get("until");
        if (values.Count == 0) return null;
        if (values.Count > 1) throw new FaultException(FaultKind.InvalidArgument, "more than one until filter specified");
        string text = values.First();
        if (GoDuration.TryParse(text, out var back)) return DateTimeOffset.UtcNow - back;
        try
        {
            return UnixTime.FromNanoseconds(UnixTime.ParseQuery(text) ?? 0);
        }
        catch (FormatException error)
        {
            throw new FaultException(FaultKind.InvalidArgument, error.Message, error);
        }
    }
}
