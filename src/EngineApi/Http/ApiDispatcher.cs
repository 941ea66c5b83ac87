using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Sampan.EngineApi.Http;

/// <summary>Every request goes through here: version, route, handler, error.</summary>
internal sealed partial class ApiDispatcher(RouteTable routes, string serverHeader, ILogger logger) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception) { }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        string rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = RequestPath.Parse(rawTarget);
        try
        {
            await DispatchAsync(context, target);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody reads an answer.
        }
        catch (Exception error)
        {
            await FailAsync(context, rawTarget, error);
        }
    }

    private async Task DispatchAsync(HttpContext context, RequestPath target)
    {
        if (context.Request.Method == "OPTIONS") return; // dockerd answers 200 to any path
        var route = routes.Find(context.Request.Method, target.Path, out string name);
        if (route is null)
        {
            await ErrorAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "page not found");
            return;
        }
        context.Response.Headers.Server = serverHeader;
        context.Response.Headers["Api-Version"] = ApiVersion.Newest.ToString();
        context.Response.Headers["Docker-Experimental"] = "false";
        context.Response.Headers["Ostype"] = "linux";
        var version = ApiVersion.Newest;
        if (target.Version is { } wanted && !ApiVersion.TryParse(wanted, out version) || version < ApiVersion.Oldest)
        {
            await ErrorAnswer.WritePlainAsync(context, StatusCodes.Status400BadRequest,
                $"client version {target.Version} is too old. Minimum supported API version is {ApiVersion.Oldest}, please upgrade your client to a newer version");
            return;
        }
        if (version > ApiVersion.Newest)
        {
            await ErrorAnswer.WriteAsync(context, StatusCodes.Status400BadRequest,
                $"client version {target.Version} is too new. Maximum supported API version is {ApiVersion.Newest}");
            return;
        }
        await route.Handler(new ApiRequest(context, version, name));
    }

    private async Task FailAsync(HttpContext context, string rawTarget, Exception error)
    {
        int status = ErrorAnswer.StatusOf(error);
        if (status >= StatusCodes.Status500InternalServerError) Log.Failed(logger, context.Request.Method, rawTarget, status, error);
        if (context.Response.HasStarted)
        {
            context.Abort(); // the only way left to say that the stream is not whole
            return;
        }
        context.Response.Headers.Remove("Content-Length");
        await ErrorAnswer.WriteAsync(context, status, error.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Target} answered {Status}")]
        internal static partial void Failed(ILogger logger, string method, string target, int status, Exception error);
    }
}
