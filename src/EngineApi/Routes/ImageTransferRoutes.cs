using System.Text.Json;
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
        var options = new PullOptions { Platform = PlatformOf(request), Auth = Credentials(request), AllTags = reference.IsNameOnly };
        await new ProgressStream(request).RunAsync(progress => engine.ImagePull.PullAsync(reference, options, progress, request.Aborted));
    }

    /// <summary>Without tag: every tag of the repository.</summary>
    private async Task Push(ApiRequest request)
    {
        if (!request.Version.IsBelow(46) && request.Text("platform").Length > 0)
            throw new FaultException(FaultKind.NotSupported, "the parameter 'platform' of ImagePush is not supported by this engine yet");
        string tag = request.Text("tag");
        var reference = tag.Length > 0 ? RepositoryTag.Parse(request.Name, tag) : ImageReference.Parse(request.Name);
        var credentials = Credentials(request);
        await new ProgressStream(request).RunAsync(async progress =>
        {
            foreach (var pushed in await _images.PushAsync(reference, credentials, progress, request.Aborted))
            {
                var receipt = new PushReceipt { Tag = pushed.Tag, Digest = pushed.Digest.ToString(), Size = pushed.Size };
                progress.Report(new ProgressMessage
                {
                    ProgressDetail = new Specs.Docker.ProgressDetail(),
                    Aux = JsonSerializer.SerializeToElement(receipt, DockerJson.Wire.PushReceipt),
                });
            }
            engine.Events.PublishImage("push", reference.FamiliarString, reference.FamiliarName);
        });
    }

    private async Task Import(ApiRequest request)
    {
        string source = request.Text("fromSrc");
        if (source != "-") throw new FaultException(FaultKind.NotSupported,
            $"importing from a URL (fromSrc={source}) is not supported by this engine yet; download it and pass it with fromSrc=-");
        string repository = request.Text("repo");
        var options = new ImportOptions
        {
            Reference = repository.Length > 0 ? RepositoryTag.Parse(repository, request.Text("tag")) : null,
            Platform = PlatformOf(request),
            Message = request.Text("message") is { Length: > 0 } message ? message : "Imported from -",
            Changes = request.Many("changes"),
        };
        await new ProgressStream(request).RunAsync(async progress =>
        {
            var image = await _images.ImportAsync(request.Body, options, request.Aborted);
            progress.Report(new PullProgress(image.Id.ToString()));
            engine.Events.PublishImage("import", image.Id.ToString(), options.Reference?.FamiliarString ?? image.Id.ToString());
        });
    }

    private async Task Load(ApiRequest request)
    {
        RefusePlatform(request, "ImageLoad");
        bool quiet = request.Flag("quiet", absent: true);
        await new ProgressStream(request) { ErrorsInBand = true }.RunAsync(async progress =>
        {
            IProgress<PullProgress> steps = quiet ? Silence.Instance : progress;
            foreach (var loaded in await _images.LoadAsync(request.Body, steps, request.Aborted))
            {
                progress.Report(new ProgressMessage { Stream = loaded.Line });
                engine.Events.PublishImage("load", loaded.Image.Id.ToString(), loaded.Image.Id.ToString(), loaded.Image.Config.Config?.Labels);
            }
        });
    }

    private async Task Save(ApiRequest request, IReadOnlyList<string> names)
    {
        RefusePlatform(request, "ImageGet");
        request.Http.Response.ContentType = StreamTypes.Tar;
        await _images.SaveAsync(names, request.Http.Response.Body, request.Aborted);
        foreach (string name in names)
            if (_images.Find(name) is { } image) engine.Events.PublishImage("save", image.Id.ToString(), image.Id.ToString(), image.Config.Config?.Labels);
    }

    private static Platform? PlatformOf(ApiRequest request) =>
        !request.Version.IsBelow(32) && request.Text("platform") is { Length: > 0 } platform ? Platform.Parse(platform) : null;

    private static void RefusePlatform(ApiRequest request, string operation)
    {
        if (!request.Version.IsBelow(48) && request.Text("platform").Length > 0)
            throw new FaultException(FaultKind.NotSupported, $"the parameter 'platform' of {operation} is not supported by this engine yet");
    }

    /// <summary>Malformed credentials count as none, as dockerd holds it: a pull may do without.</summary>
    private static RegistryAuth? Credentials(ApiRequest request)
    {
        try
        {
            return RegistryAuth.FromHeader(request.Http.Request.Headers["X-Registry-Auth"]);
        }
        catch (FaultException)
        {
            return null;
        }
    }

    private sealed class Silence : IProgress<PullProgress>
    {
        internal static readonly Silence Instance = new();

        public void Report(PullProgress value) { }
    }
}
