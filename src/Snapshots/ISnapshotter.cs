using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Specs;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots;

/// <summary>Stacks of layers as directories on disk. A <em>committed</em> snapshot is immutable and named by its <see cref="ChainId"/>; an
/// <em>active</em> snapshot (writable) or <em>view</em> (read-only) is named by a key. Safe to call from several threads. Every change is atomic: after a
/// crash it has happened or it has not, and what it left half-made is gone after the next start.</summary>
public interface ISnapshotter
{
    /// <summary>What `docker info` prints as Storage Driver: "overlay2" or "native".</summary>
    string Name { get; }

    /// <summary>The form in which a layer applied to <see cref="Open"/> must leave its whiteouts.</summary>
    WhiteoutForm Whiteouts { get; }

    /// <summary>True: layers of one image may be applied at the same time, each to a snapshot prepared without parent, and learn their
    /// parent at <see cref="Commit(SnapshotKey, ChainId, ChainId?)"/>. False: a layer is applied on top of its parent's files.</summary>
    bool AppliesLayersApart { get; }

    /// <summary>Whether <paramref name="name"/> is committed.</summary>
    bool Exists(ChainId name);

    /// <summary>Whether <paramref name="key"/> is an active snapshot or a view.</summary>
    bool Exists(SnapshotKey key);

    IReadOnlyCollection<ChainId> Chains { get; }

    IReadOnlyCollection<SnapshotKey> Keys { get; }

    /// <summary>Makes a writable snapshot on top of <paramref name="parent"/> (null: empty).</summary>
    /// <exception cref="FaultException">AlreadyExists: the key is taken. NotFound: the parent is not committed.</exception>
    IReadOnlyList<Mount> Prepare(SnapshotKey key, ChainId? parent);

    /// <summary>Makes a read-only snapshot that shows <paramref name="parent"/>.</summary>
    /// <exception cref="FaultException">As <see cref="Prepare"/>.</exception>
    IReadOnlyList<Mount> View(SnapshotKey key, ChainId? parent);

    /// <exception cref="FaultException">NotFound.</exception>
    IReadOnlyList<Mount> Mounts(SnapshotKey key);

    /// <summary>The same files without the right to change them; does not disturb a container that has <see cref="Mounts"/> mounted.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    IReadOnlyList<Mount> ReadOnlyMounts(SnapshotKey key);

    /// <summary>Where the files of a snapshot lie and are put together: <c>LowerDir</c>, <c>UpperDir</c>, <c>WorkDir</c> and <c>MergedDir</c> of `docker inspect`.
    /// Null where there is nothing to put together.</summary>
    IReadOnlyDictionary<string, string>? Folders(SnapshotKey key);

    /// <summary>The same of a layer and those below it.</summary>
    IReadOnlyDictionary<string, string>? Folders(ChainId name);

    /// <summary>The directory that holds the snapshot's own files (overlay: the upper directory), to apply a layer to or to pack its changes from.</summary>
    /// <exception cref="FaultException">NotFound. Conflict: a view has no files of its own.</exception>
    SafeFileHandle Open(SnapshotKey key);

    /// <summary>The directory that shows the files of a layer (where a driver keeps whole trees, its parents' too), to be read only.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    SafeFileHandle OpenLayer(ChainId name);

    /// <summary>Puts the files under <paramref name="key"/>, prepared as for the layer's first commit, in the place of the layer's own; afterwards the key is unknown. The old files go with
    /// the next <see cref="Reclaim"/>: nothing that stands on the layer may be mounted.</summary>
    /// <exception cref="FaultException">NotFound: key or name unknown. Conflict: the key is a view.</exception>
    void Replace(ChainId name, SnapshotKey key);

    /// <summary>Makes the files under <paramref name="key"/> immutable under <paramref name="name"/>; afterwards the key is unknown.
    /// When the name is committed already (two pulls at once) the key's files are dropped and the call succeeds.</summary>
    /// <exception cref="FaultException">NotFound. Conflict: the key is a view.</exception>
    void Commit(SnapshotKey key, ChainId name);

    /// <summary>As <see cref="Commit(SnapshotKey, ChainId)"/>, and puts a snapshot prepared without parent on top of <paramref name="parent"/>.</summary>
    /// <exception cref="FaultException">NotFound: key or parent unknown. Conflict: the key has a parent or is a view. NotSupported unless <see cref="AppliesLayersApart"/>.</exception>
    void Commit(SnapshotKey key, ChainId name, ChainId? parent);

    /// <summary>Removes an active snapshot or view with its files; an unknown key is no error.</summary>
    void Remove(SnapshotKey key);

    /// <summary>Removes a committed snapshot with its files; an unknown name is no error.</summary>
    /// <exception cref="FaultException">Conflict: it has children.</exception>
    void Remove(ChainId name)
    {
        Forget(name);
        Reclaim();
    }

    /// <summary>As <see cref="Remove(ChainId)"/>, but the files stay until <see cref="Reclaim"/>: quick, for callers that hold a lock. After a crash in between they are gone with the next start.</summary>
    /// <exception cref="FaultException">Conflict: it has children.</exception>
    void Forget(ChainId name);

    /// <summary>Removes the files of everything forgotten, several layers at a time; those that another caller is at are gone too when this returns.</summary>
    /// <exception cref="FaultException">LinuxException of the removal.</exception>
    void Reclaim();

    /// <summary>How much the snapshot's own files (the writable part of a container) hold; a view holds nothing.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    SnapshotUsage Usage(SnapshotKey key);

    /// <summary>How much the files of this layer hold, without its parents'.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    SnapshotUsage Usage(ChainId name);

    /// <summary>Bytes that all the driver keeps for a snapshot takes on disk, its directories and own bookkeeping too: what `du -s --block-size=1` says of its directory.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    long DiskUsage(SnapshotKey key);

    /// <summary>The same for a layer.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    long DiskUsage(ChainId name);

    /// <summary>The differences from the parent, sorted by path: `docker diff`.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    IReadOnlyList<SnapshotChange> Changes(SnapshotKey key);
}
