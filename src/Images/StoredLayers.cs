using Sampan.Content;
using Sampan.Faults;

namespace Sampan.Images;

/// <summary>Unpacks layers whose blobs are in the store already: load, commit.</summary>
internal sealed class StoredLayers(ContentStore content, Unpacker unpacker)
{
    /// <param name="sources">Base layer first; each one's parent is the one before it, or a committed chain.</param>
    /// <param name="progress">Told the compressed bytes taken of a layer; null when nobody wants to know.</param>
    internal async Task<IReadOnlyList<ImageLayer>> UnpackAsync(IReadOnlyList<LayerSource> sources, Lease lease, Func<LayerSource, Action<long>>? progress, CancellationToken ct)
    {
        var shares = new List<LayerUnpackShare>();
        try
        {
            foreach (var source in sources)
            {
                var share = unpacker.Join(source, shares.LastOrDefault(), progress?.Invoke(source));
                shares.Add(share);
                share.Supply(content.Fetch(source.Blob, (_, _) => throw new FaultException(FaultKind.Internal, $"blob {source.Blob.Digest} has gone while it was unpacked"), lease));
            }
            var layers = new List<ImageLayer>();
            for (int i = 0; i < sources.Count; i++) layers.Add(sources[i].Unpacked(await shares[i].Completion.WaitAsync(ct).ConfigureAwait(false)));
            return layers;
        }
        finally
        {
            foreach (var share in shares) await share.LeaveAsync().ConfigureAwait(false);
        }
    }
}
