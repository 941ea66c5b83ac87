using Sampan.Engine;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Streams;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>What no dockerd has: sampan image fsck. Below /sampan, where Docker will never put anything.</summary>
internal sealed class CheckRoutes(EngineHost engine)
{
    internal IEnumerable<Route> Table => [Route.Post("/sampan/images/fsck", null, Check)];

    /// <summary>A line for each problem, then one that counts; problems that are left are the stream's error.</summary>
    private async Task Check(ApiRequest request)
    {
        var credentials = request.Credentials("");
        await new ProgressStream(request) { ErrorsInBand = true }.RunAsync(async progress =>
        {
            var result = await engine.Images.CheckAsync(request.Flag("repair"), domain => HostOf(credentials) == domain ? credentials : null, engine.ImageRemover.Uses, new Problems(progress), request.Aborted);
            progress.Report(new ProgressMessage
            {
                Stream = $"{result.Blobs} blobs and {result.Layers} unpacked layers checked, {result.Bytes} bytes: {result.Problems.Count} damaged, {result.Repaired} repaired\n",
            });
            if (result.Problems.Count > result.Repaired)
                throw new FaultException(FaultKind.Internal, $"{result.Problems.Count - result.Repaired} blobs or layers are damaged{(request.Flag("repair") ? "" : "; --repair fetches or unpacks them again")}");
        });
    }

    private static string? HostOf(RegistryAuth? auth) => auth?.Serveraddress is not { Length: > 0 } server ? null
        : server.Contains("docker.io", StringComparison.Ordinal) ? "docker.io" : server[(server.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0)..].Split('/')[0];

    private sealed class Problems(ProgressStream stream) : IProgress<BlobProblem>
    {
        public void Report(BlobProblem value) => stream.Report(new ProgressMessage
        {
            Stream = $"{value.Digest} ({value.Owner}) {value.What}{(value.Repaired is { } how ? $"; {how}" : value.WhyNot is { } why ? $"; cannot be repaired: {why}" : "")}\n",
        });
    }
}
