using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Documents;
using Sampan.EngineApi.Http;
using Sampan.Engine;
using Sampan.Engine.Containers;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Routes;

/// <summary>Images that are here. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image</summary>
internal sealed class ImageRoutes(EngineHost engine)
{
    private readonly ImageService _images = engine.Images;

    internal IEnumerable<Route> Table =>
    [
        Route.Get("/images/json", "ImageList", List),
        Route.Get("/images/{name}/history", "ImageHistory", History),
        Route.Get("/images/{name}/json", "ImageInspect", Inspect),
        Route.Post("/images/{name}/tag", "ImageTag", Tag),
        Route.Post("/images/prune", "ImagePrune", Prune),
        Route.Delete("/images/{name}", "ImageDelete", Delete),
        RefusedRoutes.Refused("POST", "/commit", "ImageCommit", "making an image of a container"),
    ];

    private Task List(ApiRequest request)
    {
        var filters = request.Filters();
        // A pattern of names, before it became a filter in 1.41.
        if (request.Version.IsBelow(41) && request.Text("filter") is { Length: > 0 } pattern) filters = filters.With("reference", pattern);
        filters.Validate("dangling", "label", "before", "since", "reference", "until");
        bool all = request.Flag("all");
        var images = _images.List(ImageFilters.Of(filters));
        var shared = !request.Version.IsBelow(42) && request.Flag("shared-size") ? _images.DiskUsage().SharedSizes : null;
        var uses = ContainersPerImage();
        IReadOnlyList<ImageSummary> list = [.. images.Select(image => ImageDocuments.Summary(image, shared, uses.GetValueOrDefault(image.Id.ToString())))];
        return request.WriteJsonAsync(OlderVersions.Adapt(list, request.Version), DockerJson.Wire.IReadOnlyListImageSummary);
    }

    private Dictionary<string, int> ContainersPerImage() =>
        engine.Containers.List(new ContainerListOptions { All = true }).CountBy(container => container.ImageID).ToDictionary();

    private Task Inspect(ApiRequest request)
    {
        bool manifests = !request.Version.IsBelow(48) && request.Flag("manifests");
        var platform = request.Version.IsBelow(49) ? null : Platforms.FromJson(request.Text("platform"));
        if (manifests && platform is not null)
            throw new FaultException(FaultKind.InvalidArgument, "conflicting options: manifests and platform options cannot both be set");
        var image = _images.Get(request.Name, platform);
        var document = ImageDocuments.Inspect(image, engine.System.StorageDriver, withLegacyConfig: request.Version.IsBelow(50));
        return request.WriteJsonAsync(OlderVersions.Adapt(document, request.Version), DockerJson.Wire.ImageInspect);
    }

    private Task History(ApiRequest request)
    {
        if (!request.Version.IsBelow(48) && Platforms.FromJson(request.Text("platform")) is { } platform) _images.Get(request.Name, platform);
        return request.WriteJsonAsync([.. _images.History(request.Name).Select(ImageDocuments.History)], DockerJson.Wire.IReadOnlyListHistoryItem);
    }

    private Task Tag(ApiRequest request)
    {
        string repository = request.Text("repo");
        if (repository.Length == 0) throw new FaultException(FaultKind.InvalidArgument, "invalid reference format");
        var reference = RepositoryTag.Parse(repository, request.Text("tag"));
        if (reference.FamiliarName == "sha256")
            throw new FaultException(FaultKind.InvalidArgument, "refusing to create an ambiguous tag using digest algorithm as name");
        var image = _images.Tag(request.Name, reference);
        engine.Events.PublishImage("tag", image.Id.ToString(), reference.FamiliarString, image.Config.Config?.Labels);
        return request.Answer(StatusCodes.Status201Created);
    }

    private Task Delete(ApiRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Name)) throw new FaultException(FaultKind.InvalidArgument, "image name cannot be blank");
        if (!request.Version.IsBelow(50) && request.Many("platforms").Count > 0)
            throw new FaultException(FaultKind.NotSupported, "the parameter 'platforms' of ImageDelete is not supported by this engine yet");
        var removed = engine.ImageRemover.Remove(request.Name, request.Flag("force"), request.Flag("noprune"));
        return request.WriteJsonAsync(removed, DockerJson.Wire.IReadOnlyListImageDeleteItem);
    }

    /// <summary>Only images without a name, unless dangling=false; never one that a container was made from.</summary>
    private Task Prune(ApiRequest request)
    {
        var filters = request.Filters();
        filters.Validate("dangling", "label", "label!", "until");
        bool danglingOnly = filters.GetBoolean("dangling") ?? true;
        long before = _images.DiskUsage().LayersSize;
        var used = ContainersPerImage();
        var removed = new List<ImageDeleteItem>();
        foreach (var image in _images.List(ImageFilters.Of(filters) with { Dangling = danglingOnly ? true : null }))
        {
            if (used.ContainsKey(image.Id.ToString()) || filters.Get("label!").Any(label => Filters.None.With("label", label).MatchesLabels("label", image.Config.Config?.Labels))) continue;
            // By name first: removing an image with several names by its id is refused.
            string[] names = image.Tags.Count == 0 ? [image.Id.ToString()] : [.. image.Tags.Select(tag => tag.FamiliarString)];
            foreach (string name in names) removed.AddRange(engine.ImageRemover.Remove(name, force: false, noPrune: false));
        }
        return request.WriteJsonAsync(new ImagesPruneReport
        {
            ImagesDeleted = removed.Count == 0 ? null : removed,
            SpaceReclaimed = (ulong)Math.Max(0, before - _images.DiskUsage().LayersSize),
        }, DockerJson.Wire.ImagesPruneReport);
    }
}
