using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>A registry, or its token server, answered with an error. The message is what docker prints for it.</summary>
public sealed class RegistryException : FaultException
{
    private readonly Part _first;
    private readonly bool _told;

    private RegistryException(HttpStatusCode status, IReadOnlyList<Part> parts)
        : this(status, parts[0], parts.Count == 1 ? parts[0].Text : $"errors:\n{string.Concat(parts.Select(part => part.Text + "\n"))}", told: false) { }

    private RegistryException(HttpStatusCode status, Part first, string message, bool told) : base(KindOf(status, first.Code), message) => (Status, _first, _told) = (status, first, told);

    public HttpStatusCode Status { get; }

    /// <summary>The first error's code (MANIFEST_UNKNOWN, …), or null when the answer had none.</summary>
    public string? Code => _first.Code;

    /// <summary>The first of several errors, told of <paramref name="reference"/> when it means that it is not there or not ours to see.</summary>
    public FaultException About(ImageReference reference) => Code switch
    {
        _ when _told => this,
        RegistryErrorCode.Denied => new FaultException(FaultKind.NotFound,
            $"pull access denied for {reference.FamiliarName}, repository does not exist or may require 'docker login': {_first.Text}", this),
        RegistryErrorCode.ManifestUnknown => new FaultException(FaultKind.NotFound, $"manifest for {reference.FamiliarString} not found: {_first.Text}", this),
        RegistryErrorCode.NameUnknown => new FaultException(FaultKind.NotFound, $"repository {reference.FamiliarName} not found: {_first.Text}", this),
        _ => Told(_first.Text),
    };

    /// <summary>Reads an answer of 4xx as docker does: the challenge's own error first (RFC 6750 § 3), then the body. Others are told by their status.</summary>
    internal static RegistryException From(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        HttpStatusCode status = response.StatusCode;
        if ((int)status is < 400 or >= 500) return new(status, [Unexpected(response)]);
        Part? challenged = Challenge.Of(response).Where(challenge => challenge.IsBearer).Select(FromChallenge).FirstOrDefault(part => part is not null);
        if (challenged is null) return new(status, FromBody(response, body));
        return new(status, body.IsEmpty ? [challenged] : [challenged, .. FromBody(response, body)]);
    }

    /// <summary>The same failure in other words.</summary>
    internal RegistryException Told(string message) => new(Status, _first, message, told: true);

    private static Part? FromChallenge(Challenge challenge)
    {
        string? code = challenge["error"] switch { "invalid_token" => RegistryErrorCode.Unauthorized, "insufficient_scope" => RegistryErrorCode.Denied, _ => null };
        if (code is null) return null;
        return Part.Of(code, challenge["error_description"] is { Length: > 0 } description ? description : RegistryErrorCode.Meaning(code)!);
    }

    private static IReadOnlyList<Part> FromBody(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        HttpStatusCode status = response.StatusCode;
        string? type = response.Content.Headers.ContentType?.MediaType;
        string text = Encoding.UTF8.GetString(body);
        // The type counts, but many answer errors without one.
        if (type is not ("application/json" or "application/vnd.api+json") && !text.StartsWith("{\"", StringComparison.Ordinal))
            return [body.IsEmpty && CodeOf(status) is RegistryErrorCode.Unknown ? Unexpected(response) : Part.Of(CodeOf(status), body.IsEmpty ? RegistryErrorCode.Meaning(CodeOf(status))! : text)];
        RegistryErrors? document = null;
        string problem = "no error details found in HTTP response body";
        try
        {
            document = JsonSerializer.Deserialize(body, RegistryJson.Default.RegistryErrors);
        }
        catch (JsonException e)
        {
            problem = e.Message;
        }
        if (!string.IsNullOrEmpty(document?.Details)) return [Part.Of(CodeOf(status), document.Details)];
        if (document?.Errors is { Count: > 0 } errors && !errors.Contains(null!)) return [.. errors.Select(Part.Of)];
        if (status is HttpStatusCode.Unauthorized) return [Part.Of(RegistryErrorCode.Unauthorized, RegistryErrorCode.Meaning(RegistryErrorCode.Unauthorized)!)];
        return [new Part(null, $"error parsing HTTP {(int)status} response body: {problem}: \"{text}\"")];
    }

    private static Part Unexpected(HttpResponseMessage response) => new(null, $"received unexpected HTTP status: {(int)response.StatusCode} {response.ReasonPhrase}");

    private static string CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => RegistryErrorCode.Unauthorized,
        HttpStatusCode.Forbidden => RegistryErrorCode.Denied,
        HttpStatusCode.TooManyRequests => RegistryErrorCode.TooManyRequests,
        _ => RegistryErrorCode.Unknown,
    };

    private static FaultKind KindOf(HttpStatusCode status, string? code) => (status, code) switch
    {
        (_, RegistryErrorCode.Unauthorized or RegistryErrorCode.Denied) => FaultKind.PermissionDenied,
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => FaultKind.PermissionDenied,
        (HttpStatusCode.NotFound, _) => FaultKind.NotFound,
        (HttpStatusCode.BadRequest, _) => FaultKind.InvalidArgument,
        _ => FaultKind.Unavailable,
    };

    /// <summary>One error of an answer.</summary>
    private sealed record Part(string? Code, string Text)
    {
        internal static Part Of(string code, string message) => new(code, $"{RegistryErrorCode.Words(code)}: {message}");

        internal static Part Of(RegistryError error)
        {
            string? meaning = RegistryErrorCode.Meaning(error.Code);
            return Of(meaning is null ? RegistryErrorCode.Unknown : error.Code!, string.IsNullOrEmpty(error.Message) ? meaning ?? RegistryErrorCode.Meaning(RegistryErrorCode.Unknown)! : error.Message);
        }
    }
}
