using System.Net.Http;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>Reads a small body whole, and refuses a large one.</summary>
internal static class Body
{
    internal static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, string what, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength > maxBytes) throw TooLarge(what, maxBytes);
        Stream stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var content = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and var got)
            {
                content.Write(buffer, 0, got);
                if (content.Length > maxBytes) throw TooLarge(what, maxBytes);
            }
            return content.ToArray();
        }
    }

    private static FaultException TooLarge(string what, int maxBytes) => new(FaultKind.Unavailable, $"{what} is too large: the limit is {maxBytes} bytes");
}
