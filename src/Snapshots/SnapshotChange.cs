namespace Sampan.Snapshots;

/// <summary>The numbers are Docker's (`Kind` in GET /containers/{id}/changes).</summary>
public enum ChangeKind { Modified = 0, Added = 1, Deleted = 2 }

/// <summary>One line of `docker diff`: an absolute path in the container, and what happened to it since its parent.</summary>
public sealed record SnapshotChange(string Path, ChangeKind Kind);
