using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>A pull of an image that came with the program: its archive is loaded, and no registry is asked.</summary>
internal sealed class BuiltInPull(ImageStore store, ImageLoader loader)
{
    internal async Task<PullResult> RunAsync(ImageReference reference, Stream archive, PullOptions options, IProgress<PullProgress> receiver, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        progress.Report(new PullProgress($"Pulling from {reference.Path}", reference.Tag));
        Digest? before = store.Catalog.Reference(reference)?.Image;
        var loaded = await loader.LoadAsync(archive, receiver, ct).ConfigureAwait(false);
        var image = loaded.FirstOrDefault(one => one.Reference == reference)?.Image
            ?? throw new FaultException(FaultKind.Internal, $"the built-in archive does not hold '{reference.FamiliarString}'; the program was built wrongly");
        return ImagePuller.Finish(reference, image, image.Manifest.Digest, before == image.Id ? PullOutcome.UpToDate : PullOutcome.Downloaded, options, progress);
    }
}
