using Sampan.Engine.Logs;
using Sampan.ShimClient;

namespace Sampan.Engine.Attach;

/// <summary>How a pumped stream came to its end.</summary>
internal enum PumpEnd { ProcessEnded, ClientLeft, Detached }

/// <summary>Carries bytes between a client and a process until one of them has ended.</summary>
internal static class StreamPump
{
    private const int BufferLength = 64 * 1024;

    /// <param name="keys">Null: nothing is watched for.</param>
    public static async Task<PumpEnd> RunAsync(Stream client, AttachStream process, bool stdin, DetachKeys? keys, CancellationToken ct,
        StreamForm form = StreamForm.AsItIs)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var output = CopyOutputAsync(process, client, form, stop.Token);
        var input = stdin ? CopyInputAsync(client, process, keys, stop.Token) : Task.FromResult(InputEnd.Closed);
        var first = await Task.WhenAny(output, input).ConfigureAwait(false);
        // The end of input is not the end: output goes on until the process has ended.
        var end = first == output ? PumpEnd.ProcessEnded
            : await input.ConfigureAwait(false) switch
            {
                InputEnd.Closed => await output.ConfigureAwait(false) ? PumpEnd.ProcessEnded : PumpEnd.ClientLeft,
                InputEnd.Detached => PumpEnd.Detached,
                _ => PumpEnd.ClientLeft,
            };
        await stop.CancelAsync().ConfigureAwait(false);
        await process.DisposeAsync().ConfigureAwait(false);
        return end;
    }

    private enum InputEnd { Closed, Broken, Detached }

    /// <returns>True when the process's side ended; false when the client could not be written to.</returns>
    private static async Task<bool> CopyOutputAsync(AttachStream process, Stream client, StreamForm form, CancellationToken ct)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
        int head = form is StreamForm.Framed ? StreamFrame.HeaderLength : 0;
        var frames = form is StreamForm.Unframed or StreamForm.Merged ? new FrameReader(alsoStderr: form is StreamForm.Merged) : null;
        while (true)
        {
            int read;
            try
            {
                read = await process.ReadAsync(buffer.AsMemory(head), ct).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
            {
                return true;
            }
            if (read == 0)
                return true;
            if (head > 0)
                StreamFrame.WriteHeader(buffer, StreamFrame.Stdout, read);
            if (frames is not null && (read = frames.Keep(buffer.AsSpan(0, read))) == 0)
                continue;
            try
            {
                await client.WriteAsync(buffer.AsMemory(0, head + read), ct).ConfigureAwait(false);
                await client.FlushAsync(ct).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                return false;
            }
        }
    }

    private static async Task<InputEnd> CopyInputAsync(Stream client, AttachStream process, DetachKeys? keys, CancellationToken ct)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
        byte[] filtered = keys is null ? [] : new byte[BufferLength + keys.Length];
        try
        {
            int read;
            while ((read = await client.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0)
            {
                if (keys is null)
                {
                    await process.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
                    continue;
                }
                bool detach = keys.Filter(buffer.AsSpan(0, read), filtered, out int kept);
                await process.WriteAsync(filtered.AsMemory(0, kept), ct).ConfigureAwait(false);
                if (detach)
                    return InputEnd.Detached;
            }
            process.CloseWrite();
            return InputEnd.Closed;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // A process that closed its stdin goes on writing: only the client's own disappearance ends the stream, and output notices that.
            return ct.IsCancellationRequested ? InputEnd.Broken : InputEnd.Closed;
        }
    }
}
