using Sampan.Images;
using Sampan.Snapshots;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers.Views;

/// <summary><c>docker ps</c>: newest first.</summary>
internal sealed class ContainerLister(ContainerIndex index, EndpointView endpoints, ImageService images)
{
    /// <exception cref="Faults.FaultException">InvalidArgument: an unknown filter or value. NotFound: a container of before or since.</exception>
    public IReadOnlyList<ContainerSummary> List(ContainerListOptions options)
    {
        var filter = new ContainerFilter(options.Filters, index, images, endpoints);
        var selected = index.All.OrderByDescending(container => container.Document.Created)
            .Where(container => options.All || options.Limit > 0 || filter.ImpliesAll || container.State.Status.CountsAsRunning())
            .Where(filter.Matches);
        if (options.Limit > 0)
            selected = selected.Take(options.Limit);
        var now = DateTimeOffset.UtcNow;
        return [.. selected.Select(container => Summarize(container, options, now))];
    }

    private ContainerSummary Summarize(Container container, ContainerListOptions options, DateTimeOffset now)
    {
        var (document, state) = (container.Document, container.State);
        var key = new SnapshotKey(container.Id);
        long size = !options.Size ? 0 : options.OnDisk ? images.Snapshotter.DiskUsage(key) : images.Snapshotter.Usage(key).Bytes;
        return new ContainerSummary
        {
            Id = container.Id,
            Names = ["/" + document.Name],
            Image = ImageName(document),
            ImageID = document.ImageId,
            Command = Command(document.CommandLine),
            Created = document.Created.ToUnixTimeSeconds(),
            Ports = endpoints.SummaryPorts(container),
            SizeRw = size,
            SizeRootFs = options.Size ? size + (images.Find(document.ImageId)?.Size ?? 0) : 0,
            Labels = document.Config.Labels,
            State = state.Status.ToWire(),
            Status = StatusText.Of(state, container.Health?.Status, now),
            HostConfig = new ContainerSummaryHostConfig { NetworkMode = document.HostConfig.NetworkMode, Annotations = document.HostConfig.Annotations },
            NetworkSettings = new ContainerSummaryNetworks { Networks = endpoints.Endpoints(container) },
            Mounts = [.. document.Mounts.Where(mount => mount.Type != "tmpfs").Select(ContainerInspector.ToMountPoint)],
        };
    }

    // A name that has moved to another image would mislead: then the id is shown.
    private string ImageName(ContainerDocument document)
    {
        string name = document.Config.Image;
        return images.Means(name, Specs.Oci.Image.Digest.Parse(document.ImageId)) ? name : document.ImageId;
    }

    // path 'an argument with spaces' plain
    private static string Command(IReadOnlyList<string> words) => string.Join(' ',
        [words[0], .. words.Skip(1).Select(word => word.Contains(' ') ? $"'{word}'" : word)]);
}
