using System.Globalization;
using Sampan.Engine.Events;

namespace Sampan.Engine.Containers;

/// <summary>Container events with Docker's attributes: the labels, the image, the name, and what the action adds.</summary>
internal static class ContainerEvents
{
    public static void Publish(this EventLog events, Container container, string action, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var document = container.Document;
        var attributes = new Dictionary<string, string>(document.Config.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            ["image"] = document.Config.Image,
            ["name"] = document.Name,
        };
        foreach (var (name, value) in more)
            attributes[name] = value;
        events.Publish(EventTypes.Container, action, container.Id, attributes);
    }

    public static void PublishDie(this EventLog events, Container container, ContainerExit exit, DateTimeOffset startedAt) =>
        events.Publish(container, "die",
            ("exitCode", exit.ExitCode.ToString(CultureInfo.InvariantCulture)),
            ("execDuration", ((long)Math.Max(0, (exit.At - startedAt).TotalSeconds)).ToString(CultureInfo.InvariantCulture)));

    public static void PublishVolume(this EventLog events, string action, ContainerMount mount, string containerId) =>
        events.Publish(EventTypes.Volume, action, mount.Name!, action == "mount"
            ? new Dictionary<string, string>
            {
                ["container"] = containerId,
                ["destination"] = mount.Destination,
                ["driver"] = "local",
                ["propagation"] = mount.Propagation,
                ["read/write"] = mount.ReadWrite ? "true" : "false",
            }
            : new Dictionary<string, string> { ["container"] = containerId, ["driver"] = "local" });

    public static void PublishNetwork(this EventLog events, string action, string networkId, string networkName, string driver, string? containerId = null)
    {
        var attributes = new Dictionary<string, string> { ["name"] = networkName, ["type"] = driver };
        if (containerId is not null)
            attributes["container"] = containerId;
        events.Publish(EventTypes.Network, action, networkId, attributes);
    }
}
