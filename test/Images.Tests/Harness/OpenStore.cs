using Microsoft.Extensions.Logging.Abstractions;
using Sampan.Distribution;
using Sampan.Snapshots;

namespace Sampan.Images.Tests.Harness;

/// <summary>An image service over a data root, with the real snapshotter.</summary>
public sealed class OpenStore : IDisposable
{
    private readonly string _root;

    public OpenStore(string root, RegistryOptions? registries = null, int downloads = 3, int uploads = 5)
    {
        _root = root;
        Snapshotter = Snapshotters.Open(Path.Combine(root, "snapshots"));
        Service = ImageService.Open(new ImageServiceOptions
        {
            Root = ImageRoot,
            MaxDownloads = downloads,
            MaxUploads = uploads,
            Registries = registries ?? new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(10), IdleTimeout = TimeSpan.FromSeconds(20) },
        }, Snapshotter, NullLoggerFactory.Instance);
    }

    public ImageService Service { get; }

    public ISnapshotter Snapshotter { get; }

    public string ImageRoot => Path.Combine(_root, "image");

    /// <summary>File names of all blobs.</summary>
    public IReadOnlyList<string> Blobs => [.. Directory.EnumerateFiles(Path.Combine(ImageRoot, "blobs", "sha256")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Partials => [.. Directory.EnumerateFiles(Path.Combine(ImageRoot, "ingest")).Select(path => Path.GetFileName(path)!)];

    /// <summary>Text of a file of the image, as a container would see it.</summary>
    public string ReadFile(Image image, string path)
    {
        var key = new SnapshotKey("read-" + Guid.NewGuid().ToString("N"));
        try
        {
            using var mounted = MountedSnapshot.Open(Snapshotter.View(key, image.TopLayer), "a test's view");
            using var file = mounted.Root.Open(path, Linux.Native.OpenFlags.ReadOnly);
            using var reader = new StreamReader(new FileStream(file, FileAccess.Read, 1));
            return reader.ReadToEnd();
        }
        finally
        {
            Snapshotter.Remove(key);
        }
    }

    /// <summary>Pushes one tag.</summary>
    public async Task<PushResult> PushAsync(Specs.Oci.Image.ImageReference name, PushOptions? options = null)
    {
        var results = new List<PushResult>();
        await Service.PushAsync(name, options ?? new PushOptions(), new Progress(), results.Add, default);
        return Assert.Single(results);
    }

    /// <summary>Nothing at all is left of any image.</summary>
    public void AssertEmpty()
    {
        Assert.Empty(Service.List());
        Assert.Empty(Blobs);
        Assert.Empty(Partials);
        Assert.Empty(Snapshotter.Chains);
        Assert.Empty(Snapshotter.Keys);
    }

    public void Dispose() => Service.Dispose();
}
