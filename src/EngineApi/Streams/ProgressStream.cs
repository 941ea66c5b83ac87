using System.Text.Json;
using System.Threading.Channels;
using Sampan.EngineApi.Http;
using Sampan.Images;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Streams;

/// <summary>The progress of a pull, load or import as the client sees it: one JSON line a step, each flushed. Nothing is sent before the first
/// step, so that an error found early still gets its HTTP status; a later one becomes the last line.</summary>
internal sealed class ProgressStream(ApiRequest request) : IProgress<PullProgress>
{
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Also an error before the first step is a line, with status 200: dockerd's load.</summary>
    internal bool ErrorsInBand { get; init; }

    public void Report(PullProgress value) => _lines.Writer.TryWrite(value.ToJsonLine());

    internal void Report(ProgressMessage message) =>
        _lines.Writer.TryWrite([.. JsonSerializer.SerializeToUtf8Bytes(message, DockerJson.Wire.ProgressMessage), (byte)'\r', (byte)'\n']);

    /// <summary>Runs the work and sends what it reports until it ends.</summary>
    internal async Task RunAsync(Func<ProgressStream, Task> work)
    {
        request.Http.Response.ContentType = "application/json";
        var running = WorkAsync(work);
        await foreach (byte[] line in _lines.Reader.ReadAllAsync(request.Aborted))
            await request.Http.Response.BodyWriter.WriteAsync(line, request.Aborted);
        try
        {
            await running;
        }
        catch (Exception error) when ((ErrorsInBand || request.Http.Response.HasStarted) && error is not OperationCanceledException)
        {
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new ProgressMessage
            {
                ErrorDetail = new ProgressError { Message = error.Message },
                Error = error.Message,
            }, DockerJson.Wire.ProgressMessage), (byte)'\r', (byte)'\n'];
            await request.Http.Response.BodyWriter.WriteAsync(line, request.Aborted);
        }
    }

    private async Task WorkAsync(Func<ProgressStream, Task> work)
    {
        try
        {
            await work(this);
        }
        finally
        {
            _lines.Writer.Complete();
        }
    }
}
