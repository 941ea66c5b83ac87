using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots.Btrfs;

namespace Sampan.Snapshots.Tests;

public sealed class BtrfsSnapshotterTests : SnapshotterContract
{
    private LoopDisk? _disk;

    private protected override string Root => $"{(_disk ??= new LoopDisk("btrfs", 256 << 20, "mkfs.btrfs", "--quiet")).Root}/snapshots";

    private protected override ISnapshotter Create(string root) => new TreeSnapshotter(root, new SubvolumeTrees());

    public override void Dispose()
    {
        base.Dispose();
        _disk?.Dispose();
    }

    [Fact]
    public void A_child_takes_only_what_it_changed()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root =>
        {
            File.WriteAllBytes($"{root}/large", new byte[4 << 20]);
            File.WriteAllText($"{root}/small", "1");
        });
        Snapshotter.Commit(new("a"), Base);
        Snapshotter.Prepare(new("b"), Base);
        Assert.Equal(default, Snapshotter.Usage(new SnapshotKey("b")));
        Change("b", root => File.WriteAllBytes($"{root}/own", new byte[100_000]));
        Assert.Equal(1, Snapshotter.Usage(new SnapshotKey("b")).Inodes);
        Assert.InRange(Snapshotter.Usage(new SnapshotKey("b")).Bytes, 100_000, 120_000);
    }

    [Fact]
    public void Subvolumes_that_a_container_made_go_with_it()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root =>
        {
            using (SafeFileHandle top = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory)) BtrfsSubvolume.Create(top, "inner");
            File.WriteAllText($"{root}/inner/file", "1");
        });
        Snapshotter.Remove(new SnapshotKey("a"));
        AssertNothingLeft();
    }

    [Fact]
    public void The_driver_needs_btrfs_and_says_so()
    {
        string elsewhere = Directory.CreateTempSubdirectory("sampan-snapshots-").FullName;
        Assert.Contains("not on a btrfs file system; use", Assert.Throws<Faults.FaultException>(() => Snapshotters.Open(elsewhere, "btrfs")).Message);
        Directory.Delete(elsewhere, recursive: true);
        Assert.Equal("btrfs", Snapshotters.Open(Root, "btrfs").Name);
    }
}
