using Microsoft.AspNetCore.Http;
using Sampan.Distribution;
using Sampan.Engine;
using Sampan.EngineApi.Documents;
using Sampan.EngineApi.Http;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Routes;

/// <summary>What is asked of registries without an image coming or going: login, search, inspect.</summary>
internal sealed class RegistryRoutes(EngineHost engine)
{
    private readonly ImageService _images = engine.Images;

    internal IEnumerable<Route> Table =>
    [
        Route.Post("/auth", "SystemAuth", Login),
        Route.Get("/images/search", "ImageSearch", Search),
        Route.Get("/distribution/{name}/json", "DistributionInspect", Inspect),
    ];

    private async Task Login(ApiRequest request)
    {
        var auth = await request.ReadJsonAsync(DockerJson.Wire.RegistryAuth) ?? new RegistryAuth();
        string token;
        try
        {
            token = await _images.Registries.LoginAsync(auth, request.Aborted);
        }
        catch (FaultException refused) when (refused.Kind is FaultKind.PermissionDenied)
        {
            // The one place where the client is told it is unauthorized: it asks for the password again.
            await ErrorAnswer.WriteAsync(request.Http, StatusCodes.Status401Unauthorized, refused.Message);
            return;
        }
        await request.WriteJsonAsync(new AuthResponse { Status = "Login Succeeded", IdentityToken = token }, DockerJson.Wire.AuthResponse);
    }

    private async Task Search(ApiRequest request)
    {
        var filters = request.Filters();
        filters.Validate("is-automated", "is-official", "stars");
        int limit = request.Integer("limit") ?? 0;
        if (limit < 0) throw new FaultException(FaultKind.InvalidArgument, "invalid limit specified");
        bool? official = filters.GetBoolean("is-official");
        int stars = filters.Get("stars").Select(text => int.TryParse(text, out int number) ? number
            : throw new FaultException(FaultKind.InvalidArgument, $"invalid filter 'stars={text}'")).DefaultIfEmpty(0).Max();
        // Nothing is automated any more, says Docker Hub.
        var hits = filters.GetBoolean("is-automated") is true ? [] : await RegistryFault.ToldAsync(_images.Registries.SearchAsync(request.Text("term"), limit, request.Credentials("docker.io"), request.Aborted));
        IReadOnlyList<ImageSearchResult> results =
        [
            .. hits.Where(hit => (official is null || hit.IsOfficial == official) && hit.StarCount >= stars).Select(hit => new ImageSearchResult
            {
                Name = hit.Name,
                Description = hit.Description,
                StarCount = hit.StarCount,
                IsOfficial = hit.IsOfficial,
            }),
        ];
        await request.WriteJsonAsync(results, DockerJson.Wire.IReadOnlyListImageSearchResult);
    }

    private async Task Inspect(ApiRequest request)
    {
        if (Digest.TryParse(request.Name, out _) || Digest.TryParse("sha256:" + request.Name, out _))
            throw new FaultException(FaultKind.Internal, "no manifest found for full image ID");
        var reference = ImageReference.Parse(request.Name);
        var remote = await RegistryFault.ToldAsync(_images.InspectRemoteAsync(reference, request.Credentials(reference.Domain), request.Aborted));
        await request.WriteJsonAsync(new DistributionInspect
        {
            Descriptor = ManifestDocuments.Descriptor(remote.Descriptor),
            Platforms = [.. remote.Platforms.Select(ManifestDocuments.Platform)],
        }, DockerJson.Wire.DistributionInspect);
    }
}
