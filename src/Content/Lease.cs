using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>Keeps blobs from being collected while nothing refers to them yet. In memory: after a crash nothing is under way.</summary>
public sealed class Lease : IDisposable
{
    private readonly ContentStore _store;
    private readonly HashSet<Digest> _held = [];   // guarded by the store's gate

    internal Lease(ContentStore store) => _store = store;

    /// <summary>From now on <paramref name="digest"/>, here already or to come, stays until the lease ends.</summary>
    public void Hold(Digest digest) => _store.Hold(_held, digest);

    /// <summary>What it holds now.</summary>
    public IReadOnlyCollection<Digest> Held => _store.HeldBy(_held);

    /// <summary>Ends the lease. What it alone held goes with the next collection.</summary>
    public void Dispose() => _store.Release(_held);
}
