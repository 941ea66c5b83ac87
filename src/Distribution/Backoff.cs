using System.Net;
using System.Net.Http;

namespace Sampan.Distribution;

/// <summary>When, and after how long, a request is worth another attempt.</summary>
internal static class Backoff
{
    /// <summary>Asked to wait longer than this, we tell the user instead.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    internal static bool IsWorthTrying(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Doubles with each attempt; the first is 1.</summary>
    internal static TimeSpan Delay(RegistryOptions options, int attempt) => options.RetryDelay * Math.Min(1 << (attempt - 1), 32);

    /// <summary>As Retry-After says, if the answer has it. RFC 9110 § 10.2.3. Null: too long to wait for.</summary>
    internal static TimeSpan? Delay(RegistryOptions options, int attempt, HttpResponseMessage response)
    {
        TimeSpan? asked = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - DateTimeOffset.UtcNow;
        if (asked > LongestWait) return null;
        return asked > TimeSpan.Zero ? asked : Delay(options, attempt);
    }
}
