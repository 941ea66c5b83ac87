using System.Globalization;
using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Containers;

/// <summary>The fields of `ps`.</summary>
internal static class ContainerColumns
{
    private const int CommandWidth = 20, MountWidth = 15;

    /// <param name="truncate">False with --no-trunc.</param>
    public static Columns<ContainerSummary> Make(bool truncate, DateTimeOffset now) => new(
        new("ID", "CONTAINER ID", container => truncate ? Human.ShortId(container.Id) : container.Id),
        new("Names", "NAMES", container => Names(container, truncate)),
        new("Image", "IMAGE", container => Image(container, truncate)),
        new("Command", "COMMAND", container => Quoted.Of(truncate ? Human.Ellipsis(container.Command, CommandWidth) : container.Command)),
        new("CreatedAt", "CREATED AT", container => Human.GoTime(DateTimeOffset.FromUnixTimeSeconds(container.Created).ToLocalTime())),
        new("RunningFor", "CREATED", container => Human.Duration(now - DateTimeOffset.FromUnixTimeSeconds(container.Created)) + " ago"),
        new("Ports", "PORTS", container => PortColumn.Of(container.Ports ?? [])),
        new("State", "STATE", container => container.State),
        new("Status", "STATUS", container => container.Status),
        new("Size", "SIZE", Size),
        new("Labels", "LABELS", container => string.Join(',', (container.Labels ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal))),
        new("Label", "", _ => "") { WithArgument = (container, name) => container.Labels?.GetValueOrDefault(name) ?? "" },
        new("Mounts", "MOUNTS", container => string.Join(',', (container.Mounts ?? []).Select(mount => MountName(mount, truncate)))),
        new("LocalVolumes", "LOCAL VOLUMES", container => (container.Mounts ?? []).Count(mount => mount.Driver == "local").ToString(CultureInfo.InvariantCulture)),
        new("Networks", "NETWORKS", container => string.Join(',', container.NetworkSettings?.Networks?.Keys ?? [])),
        new("Platform", "PLATFORM", container => container.ImageManifestDescriptor?.Platform is { } platform ? $"{platform.Os}/{platform.Architecture}" : null));

    private static string Names(ContainerSummary container, bool truncate)
    {
        var names = (container.Names ?? []).Select(name => name.StartsWith('/') ? name[1..] : name).ToList();
        // Names that links made have a second slash.
        if (truncate && names.Find(name => !name.Contains('/', StringComparison.Ordinal)) is { } own) return own;
        return string.Join(',', names);
    }

    private static string Image(ContainerSummary container, bool truncate)
    {
        if (container.Image.Length == 0) return "<no image>";
        if (!truncate) return container.Image;
        string id = Human.ShortId(container.ImageID);
        if (id == Human.ShortId(container.Image)) return id;
        if (!ImageReference.TryParse(container.Image, out var reference)) return container.Image;
        return reference!.Tag is { } tag ? $"{reference.FamiliarName}:{tag}" : reference.FamiliarName;
    }

    private static string Size(ContainerSummary container)
    {
        string written = Human.Size(container.SizeRw, 3);
        return container.SizeRootFs > 0 ? $"{written} (virtual {Human.Size(container.SizeRootFs, 3)})" : written;
    }

    private static string MountName(MountPoint mount, bool truncate)
    {
        string name = mount.Name ?? mount.Source;
        return truncate ? Human.Ellipsis(name, MountWidth) : name;
    }
}
