using Sampan.Engine;
using Sampan.EngineApi.Documents;
using Sampan.EngineApi.Http;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Routes;

/// <summary>What no dockerd has: sampan image referrers. Below /sampan, where Docker will never put anything.</summary>
internal sealed class ReferrerRoutes(EngineHost engine)
{
    internal IEnumerable<Route> Table => [Route.Get("/sampan/images/referrers", null, List)];

    private async Task List(ApiRequest request)
    {
        string? type = request.Text("artifactType") is { Length: > 0 } wanted ? wanted : null;
        var reference = ImageReference.Parse(request.Text("name"));
        var found = await RegistryFault.ToldAsync(engine.Images.ReferrersAsync(reference, type, request.Credentials(reference.Domain), request.Aborted));
        IReadOnlyList<ImageReferrer> rows =
        [
            .. found.Select(referrer => new ImageReferrer
            {
                Subject = referrer.Subject.ToString(),
                ArtifactType = referrer.Descriptor.ArtifactType ?? "",
                Descriptor = ManifestDocuments.Descriptor(referrer.Descriptor),
            }),
        ];
        await request.WriteJsonAsync(rows, DockerJson.Wire.IReadOnlyListImageReferrer);
    }
}
