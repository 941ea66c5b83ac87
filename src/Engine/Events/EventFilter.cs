using Sampan.Specs.Docker;

namespace Sampan.Engine.Events;

/// <summary>The filters of <c>docker events</c>, applied to one event.</summary>
internal static class EventFilter
{
    public static void Validate(Filters filters) => filters.Validate(
        "config", "container", "daemon", "event", "image", "label", "network", "node", "plugin", "scope", "secret", "service", "type", "volume");

    public static bool Matches(Filters filters, EventMessage message) =>
        MatchesAction(filters, message.Action)
        && filters.Matches("type", message.Type)
        && filters.Matches("scope", message.Scope)
        && MatchesActor(filters, "container", EventTypes.Container, message)
        && MatchesActor(filters, "network", EventTypes.Network, message)
        && MatchesActor(filters, "volume", EventTypes.Volume, message)
        && MatchesActor(filters, "daemon", EventTypes.Daemon, message)
        && MatchesImage(filters, message)
        && filters.MatchesLabels("label", message.Actor.Attributes)
        && !filters.Has("plugin") && !filters.Has("service") && !filters.Has("node") && !filters.Has("secret") && !filters.Has("config");

    // "exec_create: sh -c true" is wanted by event=exec_create, "health_status: healthy" by event=health_status.
    private static bool MatchesAction(Filters filters, string action) =>
        action.Contains(':') ? filters.MatchesPrefix("event", action) : filters.Matches("event", action);

    private static bool MatchesActor(Filters filters, string key, string type, EventMessage message)
    {
        if (!filters.Has(key))
            return true;
        // A network or volume event names the container in an attribute; Docker matches only the event's own noun.
        return message.Type == type
            && (filters.MatchesPrefix(key, message.Actor.ID) || filters.MatchesPrefix(key, message.Actor.Attributes?.GetValueOrDefault("name")));
    }

    private static bool MatchesImage(Filters filters, EventMessage message)
    {
        if (!filters.Has("image"))
            return true;
        string? name = message.Actor.Attributes?.GetValueOrDefault(message.Type == EventTypes.Image ? "name" : "image");
        return filters.Matches("image", message.Actor.ID) || filters.Matches("image", name) || filters.Matches("image", WithoutTag(name));
    }

    private static string? WithoutTag(string? name)
    {
        int colon = name?.LastIndexOf(':') ?? -1;
        return colon > (name?.LastIndexOf('/') ?? -1) && colon > 0 ? name![..colon] : name;
    }
}
