using System.Globalization;
using System.Text;
using Sampan.Cli.Containers;
using Sampan.Cli.Formatting;
using Sampan.Cli.Images;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Inspection;

/// <summary>docker system df -v: a table for each kind of object.</summary>
internal static class DiskUsageDetails
{
    private const string ImageTable = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}";

    public static string Of(DiskUsageResponse usage, DateTimeOffset now)
    {
        var text = new StringBuilder("Images space usage:\n\n");
        text.Append(ListFormat.Of("", ImageTable, quiet: false).Render(ImageRow.Columns(truncate: true, now), (usage.Images ?? []).SelectMany(image => ImageRow.Of(image, digests: false, digestsOnly: false))));
        text.Append("\nContainers space usage:\n\n");
        text.Append(ListFormat.Of("", "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.CreatedSince}}\t{{.Status}}\t{{.Names}}", quiet: false).Render(Containers(now), usage.Containers ?? []));
        text.Append("\nLocal Volumes space usage:\n\n");
        text.Append(ListFormat.Of("", "{{.Name}}\t{{.Links}}\t{{.Size}}", quiet: false).Render(new Columns<Volume>(
            new("Name", "VOLUME NAME", volume => volume.Name),
            new("Links", "LINKS", volume => volume.UsageData?.RefCount.ToString(CultureInfo.InvariantCulture) ?? "N/A"),
            new("Size", "SIZE", volume => volume.UsageData is { Size: >= 0 } data ? Human.Size(data.Size) : "N/A")), usage.Volumes ?? []));
        return text.Append("\nBuild cache usage: 0B\n\nCACHE ID   CACHE TYPE   SIZE      CREATED   LAST USED   USAGE     SHARED\n").ToString();
    }

    private static Columns<ContainerSummary> Containers(DateTimeOffset now) => new(
        new("ID", "CONTAINER ID", container => Human.ShortId(container.Id)),
        new("Image", "IMAGE", container => container.Image),
        new("Command", "COMMAND", container => $"\"{Human.Ellipsis(container.Command, 20)}\""),
        new("LocalVolumes", "LOCAL VOLUMES", container => (container.Mounts ?? []).Count(mount => mount.Type == "volume").ToString(CultureInfo.InvariantCulture)),
        new("Size", "SIZE", container => Human.Size(container.SizeRw)),
        new("CreatedSince", "CREATED", container => Human.Duration(now - DateTimeOffset.FromUnixTimeSeconds(container.Created)) + " ago"),
        new("Status", "STATUS", container => container.Status),
        new("Names", "NAMES", container => string.Join(',', container.Names.Select(name => name.TrimStart('/')))));
}
