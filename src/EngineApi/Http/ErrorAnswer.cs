using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Http;

/// <summary>The one place where a fault becomes an HTTP answer.</summary>
internal static class ErrorAnswer
{
    internal static int ToHttpStatus(FaultKind kind) => kind switch
    {
        FaultKind.InvalidArgument => StatusCodes.Status400BadRequest,
        FaultKind.PermissionDenied => StatusCodes.Status403Forbidden,
        FaultKind.NotFound => StatusCodes.Status404NotFound,
        FaultKind.AlreadyExists or FaultKind.Conflict => StatusCodes.Status409Conflict,
        FaultKind.NotSupported => StatusCodes.Status501NotImplemented,
        FaultKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    internal static int StatusOf(Exception error) => error switch
    {
        FaultException fault => ToHttpStatus(fault.Kind),
        BadHttpRequestException bad => bad.StatusCode,
        FormatException => StatusCodes.Status400BadRequest, // identities refuse malformed text so
        _ => StatusCodes.Status500InternalServerError,
    };

    internal static Task WriteAsync(HttpContext http, int status, string message)
    {
        byte[] json = [.. JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse { Message = message }, DockerJson.Wire.ErrorResponse), (byte)'\n'];
        return WriteAsync(http, status, "application/json", json);
    }

    /// <summary>For clients older than any version we serve: they would print the JSON as it is.</summary>
    internal static Task WritePlainAsync(HttpContext http, int status, string message) =>
        WriteAsync(http, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(message + "\n"));

    private static async Task WriteAsync(HttpContext http, int status, string contentType, byte[] body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }
}
