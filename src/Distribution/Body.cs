using System.Net.Http;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>The answer began well and then broke off: asking again may help.</summary>
internal sealed class BrokenAnswerException(FaultException cause) : FaultException(cause.Kind, cause.Message, cause);

/// <summary>Reads a small body whole, within a time, and refuses a large one.</summary>
internal static class Body
{
    private const int MaxErrorBytes = 64 * 1024;

    /// <exception cref="FaultException">Unavailable: longer than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="BrokenAnswerException">The connection broke; not there whole within <paramref name="patience"/>.</exception>
    internal static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, string what, TimeSpan patience, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength > maxBytes) throw TooLarge(what, maxBytes);
        byte[] content = await ReadAsync(response, maxBytes + 1, patience, ct).ConfigureAwait(false);
        return content.Length <= maxBytes ? content : throw TooLarge(what, maxBytes);
    }

    /// <summary>What an answer says of its error; of a long one, the beginning.</summary>
    internal static Task<byte[]> ReadErrorAsync(HttpResponseMessage response, TimeSpan patience, CancellationToken ct) => ReadAsync(response, MaxErrorBytes, patience, ct);

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int atMost, TimeSpan patience, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(patience);
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(limited.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var content = new MemoryStream();
                byte[] buffer = new byte[16 * 1024];
                while (content.Length < atMost && await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, atMost - content.Length)), limited.Token).ConfigureAwait(false) is > 0 and var got)
                    content.Write(buffer, 0, got);
                return content.ToArray();
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            throw new BrokenAnswerException(Dial.Fault(response.RequestMessage!.Method, response.RequestMessage.RequestUri!, e));
        }
    }

    private static FaultException TooLarge(string what, int maxBytes) => new(FaultKind.Unavailable, $"{what} is too large: the limit is {maxBytes} bytes");
}
