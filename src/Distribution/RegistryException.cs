using System.Net;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>A registry, or its token server, answered with an error. The message is what docker prints for it.</summary>
public sealed class RegistryException : FaultException
{
    private RegistryException(HttpStatusCode status, string? code, string message) : base(KindOf(status, code), message) =>
        (Status, Code) = (status, code);

    public HttpStatusCode Status { get; }

    /// <summary>The first error's code (MANIFEST_UNKNOWN, …), or null when the body had none.</summary>
    public string? Code { get; }

    /// <summary>The same failure told of <paramref name="reference"/>, for errors that mean it is not there or not ours to see.</summary>
    public FaultException About(ImageReference reference) => Code switch
    {
        "DENIED" => new FaultException(FaultKind.NotFound,
            $"pull access denied for {reference.FamiliarName}, repository does not exist or may require 'docker login': {Message}", this),
        "MANIFEST_UNKNOWN" => new FaultException(FaultKind.NotFound, $"manifest for {reference.FamiliarString} not found: {Message}", this),
        "NAME_UNKNOWN" => new FaultException(FaultKind.NotFound, $"repository {reference.FamiliarName} not found: {Message}", this),
        _ => this,
    };

    internal static RegistryException From(HttpStatusCode status, string? reason, ReadOnlySpan<byte> body)
    {
        RegistryErrors? document = Parse(body);
        if (document?.Errors is [{ } first, ..])
        {
            string code = (first.Code ?? "UNKNOWN").ToUpperInvariant();
            string words = code.ToLowerInvariant().Replace('_', ' ');
            return new(status, code, string.IsNullOrEmpty(first.Message) ? words : $"{words}: {first.Message}");
        }
        return status switch
        {
            HttpStatusCode.Unauthorized => new(status, "UNAUTHORIZED", $"unauthorized: {document?.Details ?? "authentication required"}"),
            HttpStatusCode.Forbidden => new(status, "DENIED", $"denied: {document?.Details ?? "requested access to the resource is denied"}"),
            HttpStatusCode.TooManyRequests => new(status, "TOOMANYREQUESTS", "toomanyrequests: too many requests"),
            _ => new(status, null, $"received unexpected HTTP status: {(int)status} {reason}"),
        };
    }

    /// <summary>The same failure in other words.</summary>
    internal RegistryException Told(string message) => new(Status, Code, message);

    /// <summary>A body-less answer (to HEAD) that the code stands for.</summary>
    internal static RegistryException NotFound(string code, string message) => new(HttpStatusCode.NotFound, code, message);

    private static RegistryErrors? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, RegistryJson.Default.RegistryErrors);
        }
        catch (JsonException)
        {
            return null;   // an HTML page of some proxy
        }
    }

    private static FaultKind KindOf(HttpStatusCode status, string? code) => (status, code) switch
    {
        (_, "UNAUTHORIZED" or "DENIED") => FaultKind.PermissionDenied,
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => FaultKind.PermissionDenied,
        (HttpStatusCode.NotFound, _) => FaultKind.NotFound,
        (HttpStatusCode.BadRequest, _) => FaultKind.InvalidArgument,
        _ => FaultKind.Unavailable,
    };
}
