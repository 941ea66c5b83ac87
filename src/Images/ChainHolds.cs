using Sampan.Faults;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Keeps committed layers from being removed while no image refers to them yet, and removes those that nothing needs.</summary>
internal sealed class ChainHolds(ISnapshotter snapshotter)
{
    private readonly Lock _gate = new();                  // guards _holds, _orphans and the removal of committed layers
    private readonly Dictionary<ChainId, int> _holds = [];
    private readonly HashSet<ChainId> _orphans = [];      // no image needs them, but a container does

    internal void Hold(IEnumerable<ChainId> chains)
    {
        lock (_gate)
        {
            foreach (var chain in chains) _holds[chain] = _holds.GetValueOrDefault(chain) + 1;
        }
    }

    internal void Release(IEnumerable<ChainId> chains)
    {
        lock (_gate)
        {
            foreach (var chain in chains)
            {
                if (--_holds[chain] == 0) _holds.Remove(chain);
            }
        }
    }

    /// <summary>Quick: the files of what is removed stay until the snapshotter's Reclaim, which callers do when they hold no lock any more.</summary>
    /// <param name="candidates">Top layers before those below them.</param>
    /// <returns>The removed ones.</returns>
    internal IReadOnlyList<ChainId> Collect(IEnumerable<ChainId> candidates, IReadOnlySet<ChainId> live)
    {
        var removed = new List<ChainId>();
        lock (_gate)
        {
            foreach (var chain in candidates)
            {
                if (live.Contains(chain) || _holds.ContainsKey(chain) || !snapshotter.Exists(chain)) continue;
                try
                {
                    snapshotter.Forget(chain);
                    _orphans.Remove(chain);
                    removed.Add(chain);
                }
                catch (FaultException e) when (e.Kind is FaultKind.Conflict)
                {
                    _orphans.Add(chain);
                }
            }
        }
        return removed;
    }

    /// <summary>Removes what was left because something stood on it, as far as nothing does any more.</summary>
    internal void CollectOrphans(IReadOnlySet<ChainId> live)
    {
        while (true)
        {
            ChainId[] orphans;
            lock (_gate) orphans = [.. _orphans];
            if (orphans.Length == 0 || Collect(orphans, live).Count == 0) return;
        }
    }
}
