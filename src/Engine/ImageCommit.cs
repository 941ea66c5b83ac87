using Sampan.Engine.Archives;
using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Snapshots;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Engine;

/// <summary><c>docker commit</c>: an image of what a container changed. The container is paused meanwhile, unless told otherwise.</summary>
public sealed class ImageCommit
{
    private readonly ImageService _images;
    private readonly ContainerIndex _containers;
    private readonly ContainerPauser _pauser;
    private readonly EventLog _events;

    internal ImageCommit(ImageService images, ContainerIndex containers, ContainerPauser pauser, EventLog events) =>
        (_images, _containers, _pauser, _events) = (images, containers, pauser, events);

    /// <returns>The image's id.</returns>
    /// <exception cref="FaultException">NotFound: no such container, or its image is gone. InvalidArgument: a change is malformed.</exception>
    public async Task<string> CommitAsync(ImageCommitRequest request, CancellationToken ct)
    {
        var container = _containers.Get(request.Container);
        bool paused = request.Pause && await TryPauseAsync(container, ct).ConfigureAwait(false);
        Specs.Oci.Image.ImageReference? name = request.Reference?.WithDefaultTag();
        Image image;
        try
        {
            image = await CommitAsync(container, request, name, ct).ConfigureAwait(false);
        }
        finally
        {
            if (paused) await ResumeAsync(container).ConfigureAwait(false);
        }
        _events.PublishImage("create", image.Id.ToString(), image.Id.ToString(), image.Config.Config?.Labels);
        if (name is not null) _events.PublishImage("tag", image.Id.ToString(), name.FamiliarString, image.Config.Config?.Labels);
        _events.Publish(container, "commit", ("comment", request.Comment), ("imageID", image.Id.ToString()), ("imageRef", name?.FamiliarString ?? ""));
        return image.Id.ToString();
    }

    private Task<Image> CommitAsync(Container container, ImageCommitRequest request, ImageReference? name, CancellationToken ct)
    {
        var key = new SnapshotKey(container.Id);
        var document = container.Document;
        return _images.CommitAsync(new CommitOptions
        {
            Container = key,
            Parent = _images.Get(document.ImageId),
            Without = EnginePaths.Ours(_images.Snapshotter.Changes(key)),
            Config = request.Config is null ? null : CommittedConfig.Of(request.Config),
            ContainerConfig = CommittedConfig.Of(document.Config),
            Changes = request.Changes,
            ContainerId = container.Id,
            CreatedBy = string.Join(' ', document.Config.Cmd ?? []),
            Author = request.Author,
            Comment = request.Comment,
            Reference = name,
        }, ct);
    }

    /// <summary>One that does not run, or is paused already, needs no pause.</summary>
    private async Task<bool> TryPauseAsync(Container container, CancellationToken ct)
    {
        try
        {
            await _pauser.PauseAsync(container, ct).ConfigureAwait(false);
            return true;
        }
        catch (FaultException error) when (error.Kind is FaultKind.Conflict)
        {
            return false;
        }
    }

    /// <summary>Also when the client has gone. A container that ended meanwhile has nothing to resume.</summary>
    private async Task ResumeAsync(Container container)
    {
        try
        {
            await _pauser.UnpauseAsync(container, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException error) when (error.Kind is FaultKind.Conflict)
        {
            // it was killed while it was paused
        }
    }
}

/// <summary>What a client asks of a commit.</summary>
public sealed record ImageCommitRequest
{
    /// <summary>Name, id or prefix of an id.</summary>
    public required string Container { get; init; }

    /// <summary>Null: no name.</summary>
    public ImageReference? Reference { get; init; }

    /// <summary>Replaces the container's, which fills what it leaves open; null: the container's.</summary>
    public ContainerConfig? Config { get; init; }

    /// <summary>Dockerfile instructions.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];
    public string Author { get; init; } = "";
    public string Comment { get; init; } = "";
    public bool Pause { get; init; } = true;
}
