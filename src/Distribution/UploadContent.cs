using System.Net;
using System.Net.Http;

namespace Sampan.Distribution;

/// <summary>The body of an upload: <paramref name="size"/> bytes of a blob from where the stream stands, told of as they go out.</summary>
internal sealed class UploadContent(Stream content, long size, Action<long> progress) : HttpContent
{
    private const int ChunkBytes = 64 * 1024;   // small enough to be no large object

    /// <summary>Called with the bytes sent so far, and whether they are all.</summary>
    internal Action<long, bool>? Sent { get; set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ChunkBytes];
        for (long sent = 0; sent < size && await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, size - sent)), cancellationToken).ConfigureAwait(false) is > 0 and var got;)
        {
            await stream.WriteAsync(buffer.AsMemory(0, got), cancellationToken).ConfigureAwait(false);
            sent += got;
            Sent?.Invoke(sent, sent == size);
            progress(sent);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = size;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) content.Dispose();
        base.Dispose(disposing);
    }
}
