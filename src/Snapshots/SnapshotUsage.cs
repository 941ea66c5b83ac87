namespace Sampan.Snapshots;

/// <summary>How much the own files of a snapshot hold, as dockerd counts: the lengths of all that is no directory, a file with several names once. Holes count, directories do not.</summary>
public readonly record struct SnapshotUsage(long Bytes, long Inodes);
