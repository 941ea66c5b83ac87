using Microsoft.Extensions.Logging;
using Sampan.Distribution;
using Sampan.Layers;
using Sampan.Faults;
using Sampan.Snapshots;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>The images of one data root: pull, load, save, import, names, removal. Safe to call from several threads; look-ups read memory only.
/// One process at a time: whoever opens it holds the data root's lock.</summary>
public sealed class ImageService : IDisposable
{
    private readonly ImageStore _store;
    private readonly RegistryClient _registries;
    private readonly ImagePuller _puller;
    private readonly ImagePusher _pusher;
    private readonly ImageLoader _loader;
    private readonly ImageImporter _importer;
    private readonly ImageCommitter _committer;
    private readonly TransferSlots _downloads, _uploads;
    private readonly ApplyOptions _applying;

    private ImageService(ImageServiceOptions options, ISnapshotter snapshotter, ILoggerFactory logs)
    {
        _store = new ImageStore(options.Root, snapshotter, logs.CreateLogger<ImageStore>());
        _registries = new RegistryClient(options.Registries);
        ApplyOptions applying = _applying = options.Layers with { Whiteouts = snapshotter.Whiteouts };
        var unpacker = new Unpacker(snapshotter, applying, _store.LayerSize);
        (_downloads, _uploads) = (new TransferSlots(options.MaxDownloads), new TransferSlots(options.MaxUploads));
        _puller = new ImagePuller(_store, unpacker, _registries, _downloads, logs.CreateLogger<ImagePuller>());
        _pusher = new ImagePusher(_store, _registries, _uploads);
        var storedLayers = new StoredLayers(_store.Content, unpacker);
        _loader = new ImageLoader(_store, storedLayers);
        _committer = new ImageCommitter(_store, storedLayers);
        _importer = new ImageImporter(_store, applying);
    }

    /// <summary>Opens (makes, recovers after a crash) the store.</summary>
    public static ImageService Open(ImageServiceOptions options, ISnapshotter snapshotter, ILoggerFactory logs)
    {
        var service = new ImageService(options, snapshotter, logs);
        service._store.Recover();
        return service;
    }

    /// <summary>Takes over what may change while it works: how registries are reached and how many layers are on the line at once.</summary>
    public void Reconfigure(RegistryOptions registries, int maxDownloads, int maxUploads)
    {
        _registries.Reconfigure(registries);
        _downloads.Resize(maxDownloads);
        _uploads.Resize(maxUploads);
    }

    public ISnapshotter Snapshotter => _store.Snapshotter;

    /// <summary>Where the files of an image's layers lie.</summary>
    public StorageDriverData Storage(Image image) =>
        new() { Name = Snapshotter.Name, Data = image.TopLayer is { } top && Snapshotter.Exists(top) ? Snapshotter.Folders(top) : null };

    /// <summary>Brings an image from its registry and unpacks it. Names without tag and digest mean "latest".</summary>
    /// <exception cref="FaultException">NotFound, PermissionDenied, Unavailable with Docker's texts; nothing of it is kept.</exception>
    public Task<PullResult> PullAsync(ImageReference reference, PullOptions options, IProgress<PullProgress> progress, CancellationToken ct) =>
        _puller.PullAsync(reference, options, progress, ct);

    /// <summary>Sends an image, or, given a name without tag, all tags of a repository, to its registry.</summary>
    /// <param name="pushed">Told of each tag when it is there.</param>
    /// <exception cref="FaultException">NotFound: no such tag here. PermissionDenied, Unavailable.</exception>
    public Task PushAsync(ImageReference reference, PushOptions options, IProgress<PullProgress> progress, Action<PushResult> pushed, CancellationToken ct) =>
        _pusher.PushAsync(reference, options, progress, pushed, ct);

    /// <summary>Reads an archive of docker save or an OCI image layout, plain or gzipped tar, from front to back.</summary>
    /// <param name="platform">Takes the images of this platform only; null: all, of an index every platform that is whole in the archive.</param>
    /// <exception cref="FaultException">InvalidArgument: not such an archive, or damaged; nothing of it is kept. NotFound: nothing for the platform.</exception>
    public Task<IReadOnlyList<LoadedImage>> LoadAsync(Stream archive, Platform? platform, IProgress<PullProgress> progress, CancellationToken ct) =>
        _loader.LoadAsync(archive, platform, progress, ct);

    /// <summary>Writes one tar that is both an OCI image layout and docker save's format.</summary>
    /// <param name="names">Names, ids; a name without tag means all its tags.</param>
    /// <param name="platform">Each one's image for this platform; null: the index, where all of it or several of its platforms are here, else the image.</param>
    /// <exception cref="FaultException">NotFound, before a byte is written.</exception>
    public Task SaveAsync(IReadOnlyList<string> names, Platform? platform, Stream target, CancellationToken ct) => new ImageSaver(_store).SaveAsync(names, platform, target, ct);

    /// <summary>Makes an image of one layer from a plain or compressed tar.</summary>
    /// <exception cref="FaultException">InvalidArgument: a change is malformed, or the tar is damaged.</exception>
    public Task<Image> ImportAsync(Stream tar, ImportOptions options, CancellationToken ct) => _importer.ImportAsync(tar, options, ct);

    /// <summary>Makes an image of what a container changed on its image.</summary>
    /// <exception cref="FaultException">InvalidArgument: a change is malformed. A full disk.</exception>
    public Task<Image> CommitAsync(CommitOptions options, CancellationToken ct) => _committer.CommitAsync(options, ct);

    /// <summary>One per image id, newest first; of names that have several platforms the image they mean.</summary>
    public IReadOnlyList<Image> List() => List(new ImageFilter());

    /// <summary>As <see cref="List()"/>, what passes the filter.</summary>
    /// <exception cref="FaultException">NotFound: an image named by before or since.</exception>
    public IReadOnlyList<Image> List(ImageFilter filter) => ImageLister.List(_store.Catalog, filter);

    /// <summary>By name, name:tag, name@digest, id or unique prefix of an id; null when there is none.</summary>
    public Image? Find(string nameOrId) => _store.Catalog.Find(nameOrId);

    /// <summary>As <see cref="Find"/>; when a platform is given the one that is best for it among the platforms of the name that are here.</summary>
    /// <exception cref="FaultException">NotFound: "No such image: …", or an image of another platform. InvalidArgument: malformed name.</exception>
    public Image Get(string nameOrId, Platform? platform = null) => _store.Catalog.WithAllNames(_store.Catalog.Get(nameOrId, platform));

    /// <summary>Whether a name means an image, or has it as another platform of its index.</summary>
    public bool Means(string nameOrId, Digest image) => _store.Catalog.Find(nameOrId) is { } found
        && (found.Id == image || ImageReference.TryParse(nameOrId, out var name) && _store.Catalog.Reference(name!) is { } reference
            && _store.Catalog.Index(reference.Target.Digest)?.Members.Any(member => member.Image == image) == true);

    /// <summary>The other platforms of an image's names that are here.</summary>
    public IReadOnlyList<Image> OtherPlatforms(Image image) => _store.Catalog.Siblings(image);

    /// <summary>Points a name at an image; an older holder loses it.</summary>
    /// <exception cref="FaultException">NotFound, InvalidArgument.</exception>
    public Image Tag(string nameOrId, ImageReference reference)
    {
        if (reference.Digest is not null) throw new FaultException(FaultKind.InvalidArgument, "refusing to create a tag with a digest reference");
        return _store.Tag(nameOrId, reference.WithDefaultTag());
    }

    /// <summary>Takes a name away, and the image with it when that was the last; or, given an id, the image with its names.</summary>
    /// <exception cref="FaultException">NotFound. Conflict with Docker's texts.</exception>
    public IReadOnlyList<ImageRemoval> Remove(string nameOrId, ImageRemoveOptions options) => new ImageRemover(_store, options).Remove(nameOrId);

    /// <exception cref="FaultException">NotFound.</exception>
    public IReadOnlyList<ImageHistoryLine> History(string nameOrId, Platform? platform = null) => ImageHistory.Of(Get(nameOrId, platform), _store.Catalog);

    /// <summary>What the names of an image resolve to, manifest by manifest: of an index also those that are not here.</summary>
    public ImageManifests Manifests(Image image) => ImageManifests.Of(image, _store);

    /// <summary>What a registry has under a name.</summary>
    /// <exception cref="FaultException">NotFound, PermissionDenied, Unavailable.</exception>
    public Task<RemoteImage> InspectRemoteAsync(ImageReference reference, RegistryAuth? auth, CancellationToken ct) =>
        new RemoteInspector(_registries).InspectAsync(reference, auth, ct);

    /// <summary>What a registry has that refers to an image: to its index, and to those of its manifests that are here.</summary>
    /// <param name="artifactType">Of this type only; null: all.</param>
    /// <exception cref="FaultException">NotFound, PermissionDenied, Unavailable.</exception>
    public Task<IReadOnlyList<Referrer>> ReferrersAsync(ImageReference reference, string? artifactType, RegistryAuth? auth, CancellationToken ct) =>
        new ReferrerFinder(_store, _registries).FindAsync(reference, artifactType, auth, ct);

    /// <summary>The registries, for what has no image: login, search, download.</summary>
    public RegistryClient Registries => _registries;

    /// <summary>From memory.</summary>
    public ImageDiskUsage DiskUsage() => ImageUsage.Of(_store.Catalog);

    /// <summary>Walks the files of every layer.</summary>
    public ImageDiskSpace DiskSpace() => new ImageSpace(_store).Measure();

    /// <summary>Drops what was left of pulls that ended early.</summary>
    /// <returns>Bytes given back.</returns>
    public long DropPartials() => _store.Content.DropPartials();

    /// <summary>Reads every blob that an image needs and compares it with its digest, and every unpacked layer with its blob.</summary>
    /// <param name="repair">Fetch what is damaged again, and unpack again what differs.</param>
    /// <param name="uses">Every container and its image.</param>
    /// <param name="credentials">For a registry's domain; null: anonymous.</param>
    /// <param name="found">Told of each problem as it is found.</param>
    public Task<CheckResult> CheckAsync(bool repair, Func<string, RegistryAuth?> credentials, Func<IEnumerable<ImageUse>> uses, IProgress<BlobProblem> found, CancellationToken ct) =>
        new ImageChecker(_store, _registries, new LayerChecker(_store, _applying)).CheckAsync(repair, credentials, uses, found, ct);

    /// <summary>Drops layers that a container alone still held when their image was removed: call after removing containers.</summary>
    public void CollectLayers() => _store.CollectLayers();

    public void Dispose() => _registries.Dispose();
}
