using System.Text;
using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Streams;
using Sampan.Engine;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>Further processes in a container. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Exec</summary>
internal sealed class ExecRoutes(EngineHost engine)
{
    internal IEnumerable<Route> Table =>
    [
        Route.Post("/containers/{name}/exec", "ContainerExec", Create),
        Route.Post("/exec/{id}/start", "ExecStart", Start),
        Route.Post("/exec/{id}/resize", "ExecResize", Resize),
        Route.Get("/exec/{id}/json", "ExecInspect", Inspect),
    ];

    private async Task Create(ApiRequest request)
    {
        var exec = await request.ReadJsonAsync(DockerJson.Wire.ExecCreateRequest);
        if (exec?.Cmd is null or { Count: 0 }) throw new FaultException(FaultKind.InvalidArgument, "No exec command specified");
        if (request.Version.IsBelow(42)) exec = exec with { ConsoleSize = null };
        string id = engine.Execs.Create(request.Name, exec);
        await request.WriteJsonAsync(new IdResponse { Id = id }, DockerJson.Wire.IdResponse, StatusCodes.Status201Created);
    }

    private async Task Start(ApiRequest request)
    {
        var options = await request.ReadJsonAsync(DockerJson.Wire.ExecStartRequest) ?? new ExecStartRequest();
        if (request.Version.IsBelow(42) || !options.Tty) options = options with { ConsoleSize = null };
        // Unknown ids and containers that do not run are found here, while there is still a status to answer with.
        var attachment = await engine.Execs.StartAsync(request.Name, options, request.Aborted);
        if (attachment is null)
        {
            await request.Answer(StatusCodes.Status200OK);
            return;
        }
        await using var stream = await request.HijackAsync(StreamTypes.OfStream(attachment.Raw, request.Version));
        await HijackedWork.RunAsync(stream, request.Aborted, async ended =>
        {
            try
            {
                await attachment.RunAsync(stream, ended);
            }
            catch (FaultException fault)
            {
                await stream.WriteAsync(InBand(fault.Message, attachment.Raw), ended);
            }
        });
    }

    /// <summary>The stream has begun, so the error goes where the process would have written: as dockerd does it, on stdout.</summary>
    private static byte[] InBand(string message, bool raw)
    {
        byte[] text = Encoding.UTF8.GetBytes(message + "\r\n");
        return raw ? text : [1, 0, 0, 0, (byte)(text.Length >> 24), (byte)(text.Length >> 16), (byte)(text.Length >> 8), (byte)text.Length, .. text];
    }

    private Task Inspect(ApiRequest request) => request.WriteJsonAsync(engine.Execs.Inspect(request.Name), DockerJson.Wire.ExecInspect);

    private async Task Resize(ApiRequest request)
    {
        await engine.Execs.ResizeAsync(request.Name, TerminalSize.Height(request), TerminalSize.Width(request), request.Aborted);
        await request.Answer(StatusCodes.Status200OK);
    }
}
