using Sampan.Engine.Events;
using Sampan.Images;
using Sampan.Specs.Oci.Image;

namespace Sampan.Engine;

/// <summary><c>docker pull</c>: from the registry, or, for a name that this program carries the image of, from the program itself.</summary>
public sealed class ImagePull
{
    private readonly ImageService _images;
    private readonly Func<ImageReference, Stream?> _builtIn;
    private readonly EventLog _events;

    internal ImagePull(ImageService images, Func<ImageReference, Stream?> builtIn, EventLog events) => (_images, _builtIn, _events) = (images, builtIn, events);

    /// <exception cref="Faults.FaultException">As <see cref="ImageService.PullAsync"/>.</exception>
    public async Task<PullResult> PullAsync(ImageReference reference, PullOptions options, IProgress<PullProgress> progress, CancellationToken ct)
    {
        await using var archive = options.AllTags ? null : _builtIn(reference.WithDefaultTag());
        var pulled = archive is null ? await _images.PullAsync(reference, options, progress, ct).ConfigureAwait(false)
            : await LoadAsync(archive, reference, progress, ct).ConfigureAwait(false);
        _events.PublishImage("pull", reference.FamiliarString, reference.FamiliarName, pulled.Image.Config.Config?.Labels);
        return pulled;
    }

    private async Task<PullResult> LoadAsync(Stream archive, ImageReference reference, IProgress<PullProgress> progress, CancellationToken ct)
    {
        var before = _images.Find(reference.ToString())?.Id;
        var loaded = await _images.LoadAsync(archive, null, new Silence(), ct).ConfigureAwait(false);
        var image = loaded[^1].Image;
        bool upToDate = before == image.Id;
        progress.Report(new PullProgress($"Digest: {image.Manifest.Digest}"));
        progress.Report(new PullProgress($"Status: {(upToDate ? "Image is up to date" : "Downloaded newer image")} for {reference.WithDefaultTag().FamiliarString}"));
        return new PullResult(image, image.Manifest.Digest, upToDate ? PullOutcome.UpToDate : PullOutcome.Downloaded);
    }

    /// <summary>There is nothing to download, so no steps to show.</summary>
    private sealed class Silence : IProgress<PullProgress>
    {
        public void Report(PullProgress value)
        {
        }
    }
}
