namespace Sampan.Snapshots;

/// <summary>What the writable part of a snapshot takes on disk: allocated bytes and inodes; a file with several names counts once.</summary>
public readonly record struct SnapshotUsage(long Bytes, long Inodes);
