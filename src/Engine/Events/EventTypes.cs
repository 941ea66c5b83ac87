namespace Sampan.Engine.Events;

/// <summary>The <c>Type</c> of an event: the noun it happened to.</summary>
public static class EventTypes
{
    public const string Container = "container";
    public const string Image = "image";
    public const string Network = "network";
    public const string Volume = "volume";
    public const string Daemon = "daemon";
}
