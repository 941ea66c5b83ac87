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
        Route.Post("/commit", "ImageCommit", Commit),
    ];

    private Task List(ApiRequest request)
    {
        var filters = request.Filters();
        // A pattern of names, before it became a filter in 1.41.
        if (request.Version.IsBelow(41) && request.Text("filter") is { Length: > 0 } pattern) filters = filters.With("reference", pattern);
        filters.Validate("dangling", "label", "before", "since", "reference", "until");
        bool all = request.Flag("all");
        var images = _images.List(ImageFilters.Of(filters) with { Intermediate = all });
        var shared = !request.Version.IsBelow(42) && request.Flag("shared-size") ? _images.DiskUsage().SharedSizes : null;
        var uses = Containers();
        bool manifests = !request.Version.IsBelow(47) && request.Flag("manifests");
        IReadOnlyList<ImageSummary> list =
        [
            .. images.Select(image =>
            {
                var others = _images.OtherPlatforms(image);
                var summary = ImageDocuments.Summary(image, others, shared, others.Prepend(image).Sum(platform => uses[platform.Id.ToString()].Count()));
                return manifests ? ManifestDocuments.Add(summary, _images.Manifests(image), uses) : summary;
            }),
        ];
        return request.WriteJsonAsync(OlderVersions.Adapt(list, request.Version), DockerJson.Wire.IReadOnlyListImageSummary);
    }

    /// <summary>Ids of containers by the id of their image.</summary>
    private ILookup<string, string> Containers() =>
        engine.Containers.List(new ContainerListOptions { All = true }).ToLookup(container => container.ImageID, container => container.Id);

    private Task Inspect(ApiRequest request)
    {
        bool manifests = !request.Version.IsBelow(48) && request.Flag("manifests");
        var platform = request.Version.IsBelow(49) ? null : Platforms.FromJson(request.Text("platform"));
        if (manifests && platform is not null)
            throw new FaultException(FaultKind.InvalidArgument, "conflicting options: manifests and platform options cannot both be set");
        var image = _images.Get(request.Name, platform);
        var document = ImageDocuments.Inspect(image, _images.Storage(image), withLegacyConfig: request.Version.IsBelow(50));
        if (manifests) document = ManifestDocuments.Add(document, _images.Manifests(image), Containers());
        return request.WriteJsonAsync(OlderVersions.Adapt(document, request.Version), DockerJson.Wire.ImageInspect);
    }

    private Task History(ApiRequest request)
    {
        var platform = request.Version.IsBelow(48) ? null : Platforms.FromJson(request.Text("platform"));
        return request.WriteJsonAsync([.. _images.History(request.Name, platform).Select(ImageDocuments.History)], DockerJson.Wire.IReadOnlyListHistoryItem);
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
        var platforms = request.Version.IsBelow(50) ? [] : request.Many("platforms").Select(Platforms.FromJson).Where(platform => platform is not null).ToList();
        if (platforms.Count > 1) throw new FaultException(FaultKind.InvalidArgument, "multiple platforms are not supported");
        var removed = engine.ImageRemover.Remove(request.Name, request.Flag("force"), request.Flag("noprune"), platforms.FirstOrDefault());
        return request.WriteJsonAsync(removed, DockerJson.Wire.IReadOnlyListImageDeleteItem);
    }

    private async Task Commit(ApiRequest request)
    {
        string repository = request.Text("repo");
        string id = await engine.ImageCommit.CommitAsync(new ImageCommitRequest
        {
            Container = request.Text("container"),
            Reference = repository.Length > 0 ? RepositoryTag.Parse(repository, request.Text("tag")) : null,
            Config = ContainerCreateBody.ParseOptional(await request.ReadJsonTextAsync()),
            Changes = [.. request.Many("changes").SelectMany(lines => lines.Split('\n'))],
            Author = request.Text("author"),
            Comment = request.Text("comment"),
            Pause = request.Flag("pause", absent: true),
        }, request.Aborted);
        await request.WriteJsonAsync(new IdResponse { Id = id }, DockerJson.Wire.IdResponse, StatusCodes.Status201Created);
    }

    /// <summary>Only images without a tag, unless dangling=false; never one that a container was made from.</summary>
    private async Task Prune(ApiRequest request)
    {
        var filters = request.Filters();
        filters.Validate("dangling", "label", "label!", "until");
        var report = await engine.ImagePruner.PruneAsync(new ImageFilter
        {
            Dangling = filters.GetBoolean("dangling") ?? true ? true : null,
            Labels = [.. filters.Get("label")],
            NotLabels = [.. filters.Get("label!")],
            Until = ImageFilters.Of(filters).Until,
        }, request.Aborted);
        await request.WriteJsonAsync(report, DockerJson.Wire.ImagesPruneReport);
    }
}
