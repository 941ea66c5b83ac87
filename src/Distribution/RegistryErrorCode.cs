namespace Sampan.Distribution;

/// <summary>The codes a registry's errors have, with what each is told as when the registry says no more. distribution's docs/spec/api.md, § Errors.</summary>
internal static class RegistryErrorCode
{
    internal const string Unknown = "UNKNOWN";
    internal const string Unauthorized = "UNAUTHORIZED";
    internal const string Denied = "DENIED";
    internal const string TooManyRequests = "TOOMANYREQUESTS";
    internal const string ManifestUnknown = "MANIFEST_UNKNOWN";
    internal const string NameUnknown = "NAME_UNKNOWN";

    /// <summary>What the code alone means; null: not one of the specification's.</summary>
    internal static string? Meaning(string? code) => code switch
    {
        Unknown => "unknown error",
        "UNSUPPORTED" => "The operation is unsupported.",
        Unauthorized => "authentication required",
        Denied => "requested access to the resource is denied",
        "UNAVAILABLE" => "service unavailable",
        TooManyRequests => "too many requests",
        "DIGEST_INVALID" => "provided digest did not match uploaded content",
        "SIZE_INVALID" => "provided length did not match content length",
        "RANGE_INVALID" => "invalid content range",
        "NAME_INVALID" => "invalid repository name",
        "TAG_INVALID" => "manifest tag did not match URI",
        NameUnknown => "repository name not known to registry",
        ManifestUnknown => "manifest unknown",
        "MANIFEST_INVALID" => "manifest invalid",
        "MANIFEST_UNVERIFIED" => "manifest failed signature verification",
        "MANIFEST_BLOB_UNKNOWN" or "BLOB_UNKNOWN" => "blob unknown to registry",
        "BLOB_UPLOAD_UNKNOWN" => "blob upload unknown to registry",
        "BLOB_UPLOAD_INVALID" => "blob upload invalid",
        "PAGINATION_NUMBER_INVALID" => "invalid number of results requested",
        _ => null,
    };

    /// <summary>As a message begins: "manifest unknown".</summary>
    internal static string Words(string code) => code.ToLowerInvariant().Replace('_', ' ');
}
