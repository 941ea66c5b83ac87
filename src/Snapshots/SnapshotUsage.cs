namespace Sampan.Snapshots;

/// <summary>What the writable part of a snapshot holds: bytes of its files, and inodes; a file with several names counts once.</summary>
public readonly record struct SnapshotUsage(long Bytes, long Inodes);
