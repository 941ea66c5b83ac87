using System.Text.Json;
using Sampan.EngineApi.Documents;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Streams;
using Sampan.Engine;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Routes;

/// <summary>Images that come and go: pull, push, import, load, save.</summary>
internal sealed class ImageTransferRoutes(EngineHost engine)
{
    private readonly ImageService _images = engine.Images;

    internal IEnumerable<Route> Table =>
    [
        Route.Post("/images/create", "ImageCreate", request => request.Text("fromImage").Length > 0 ? Pull(request) : Import(request)),
        Route.Post("/images/load", "ImageLoad", Load),
        Route.Get("/images/get", "ImageGetAll", request => Save(request, request.Many("names"))),
        Route.Get("/images/{name}/get", "ImageGet", request => Save(request, [request.Name])),
        Route.Post("/images/{name}/push", "ImagePush", Push),
    ];

    private async Task Pull(ApiRequest request)
    {
        // "docker pull -a" of old clients sends a trailing colon.
        var reference = ImageReference.Parse(request.Text("fromImage").TrimEnd(':'));
        string tag = request.Text("tag");
        if (tag.Length > 0) reference = Digest.TryParse(tag, out var digest) ? reference.WithDigest(digest) : reference.WithTag(tag);
        if (reference.FamiliarName == "scratch") throw new FaultException(FaultKind.PermissionDenied, "'scratch' is a reserved name");
        var options = new PullOptions { Platform = PlatformOf(request), Auth = request.Credentials(reference.Domain), AllTags = reference.IsNameOnly };
        await new ProgressStream(request).RunAsync(progress => RegistryFault.ToldAsync(engine.ImagePull.PullAsync(reference, options, progress, request.Aborted)));
    }

    /// <summary>Without tag: every tag of the repository.</summary>
    private async Task Push(ApiRequest request)
    {
        string tag = request.Text("tag");
        var reference = tag.Length > 0 ? RepositoryTag.Parse(request.Name, tag) : ImageReference.Parse(request.Name);
        var options = new PushOptions
        {
            Auth = request.Credentials(reference.Domain),
            // Older clients sent it without meaning it.
            Platform = request.Version.IsBelow(46) ? null : Platforms.FromJson(request.Text("platform")),
        };
        await new ProgressStream(request).RunAsync(async progress =>
        {
            await _images.PushAsync(reference, options, progress, pushed =>
            {
                Aux(JsonSerializer.SerializeToElement(new PushReceipt { Tag = pushed.Tag, Digest = pushed.Digest.ToString(), Size = pushed.Size }, DockerJson.Wire.PushReceipt));
                if (pushed.Instead is not { } instead) return;
                var note = new PushedInsteadOfIndex { OriginalIndex = ManifestDocuments.Descriptor(instead.Index), SelectedManifest = ManifestDocuments.Descriptor(instead.Manifest) };
                Aux(JsonSerializer.SerializeToElement(note, DockerJson.Wire.PushedInsteadOfIndex));
            }, request.Aborted);
            engine.Events.PublishImage("push", reference.FamiliarString, reference.FamiliarName);

            void Aux(JsonElement aux) => progress.Report(new ProgressMessage { ProgressDetail = new Specs.Docker.ProgressDetail(), Aux = aux });
        });
    }

    private async Task Import(ApiRequest request)
    {
        string source = request.Text("fromSrc"), repository = request.Text("repo");
        var options = new ImportOptions
        {
            Reference = repository.Length > 0 ? RepositoryTag.Parse(repository, request.Text("tag")) : null,
            Platform = PlatformOf(request),
            Message = request.Text("message") is { Length: > 0 } message ? message : $"Imported from {source}",
            Changes = request.Many("changes"),
        };
        await new ProgressStream(request).RunAsync(async progress =>
        {
            var image = source == "-" ? await _images.ImportAsync(request.Body, options, request.Aborted) : await ImportFromAsync(source, options, progress, request.Aborted);
            progress.Report(new PullProgress(image.Id.ToString()));
            if (options.Reference is { } name) engine.Events.PublishImage("tag", image.Id.ToString(), name.WithDefaultTag().FamiliarString, image.Config.Config?.Labels);
            engine.Events.PublishImage("import", image.Id.ToString(), image.Id.ToString(), image.Config.Config?.Labels);
        });
    }

    private async Task<Images.Image> ImportFromAsync(string source, ImportOptions options, ProgressStream progress, CancellationToken ct)
    {
        string address = source.Contains("://", StringComparison.Ordinal) ? source : "http://" + source;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            throw new FaultException(FaultKind.InvalidArgument, $"cannot import from '{source}': expected an http or https address, or '-' for the body of the request");
        using var file = await _images.Registries.DownloadAsync(url, ct);
        progress.Report(new PullProgress($"Downloading from {address}"));
        var importing = new ByteProgress(progress, "Importing", null, Math.Max(0, file.Length));
        return await _images.ImportAsync(new CountedStream(file.Content, importing.Report), options, ct);
    }

    private async Task Load(ApiRequest request)
    {
        var platform = OnePlatform(request);
        bool quiet = request.Flag("quiet", absent: true);
        await new ProgressStream(request) { ErrorsInBand = true }.RunAsync(async progress =>
        {
            IProgress<PullProgress> steps = quiet ? Silence.Instance : progress;
            foreach (var loaded in await _images.LoadAsync(request.Body, platform, steps, request.Aborted))
            {
                progress.Report(new ProgressMessage { Stream = loaded.Line });
                engine.Events.PublishImage("load", loaded.Image.Id.ToString(), loaded.Image.Id.ToString(), loaded.Image.Config.Config?.Labels);
            }
        });
    }

    private async Task Save(ApiRequest request, IReadOnlyList<string> names)
    {
        var platform = OnePlatform(request);
        request.Http.Response.ContentType = StreamTypes.Tar;
        await _images.SaveAsync(names, platform, request.Http.Response.Body, request.Aborted);
        foreach (string name in names)
            if (_images.Find(name) is { } image) engine.Events.PublishImage("save", image.Id.ToString(), image.Id.ToString(), image.Config.Config?.Labels);
    }

    private static Platform? PlatformOf(ApiRequest request) =>
        !request.Version.IsBelow(32) && request.Text("platform") is { Length: > 0 } platform ? Platform.Parse(platform) : null;

    /// <summary>Several came with API 1.52.</summary>
    private static Platform? OnePlatform(ApiRequest request)
    {
        if (request.Version.IsBelow(48)) return null;
        if (request.Many("platform").Count > 1)
            throw new FaultException(FaultKind.InvalidArgument, "multiple platform parameters are not supported in this API version; use API version 1.52 or later");
        return Platforms.FromJson(request.Text("platform"));
    }

    private sealed class Silence : IProgress<PullProgress>
    {
        internal static readonly Silence Instance = new();

        public void Report(PullProgress value) { }
    }
}
