using Sampan.Faults;
using Sampan.Snapshots.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Tests;

public sealed class NativeSnapshotterTests : SnapshotterContract
{
    private protected override ISnapshotter Create(string root) => new TreeSnapshotter(root, new CopiedTrees());

    [Fact]
    public void Layers_are_not_applied_apart()
    {
        CommitFile("a", Base, null, "file", "one");
        Snapshotter.Prepare(new("b"), null);
        Assert.False(Snapshotter.AppliesLayersApart);
        Assert.Equal(WhiteoutForm.Delete, Snapshotter.Whiteouts);
        Assert.Equal(FaultKind.NotSupported, Assert.Throws<FaultException>(() => Snapshotter.Commit(new("b"), Top, Base)).Kind);
    }

    [Fact]
    public void Holes_stay_holes_in_the_copy()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root =>
        {
            using FileStream file = File.Create($"{root}/sparse");
            file.SetLength(64 << 20);
            file.Position = 32 << 20;
            file.Write("middle"u8);
        });
        Snapshotter.Commit(new("a"), Base);
        Snapshotter.Prepare(new("b"), Base);
        Assert.InRange(Snapshotter.DiskUsage(new SnapshotKey("b")), 1, 1 << 20);
        Look("b", root =>
        {
            byte[] content = File.ReadAllBytes($"{root}/sparse");
            Assert.Equal(64 << 20, content.Length);
            Assert.Equal("middle"u8, content.AsSpan(32 << 20, 6));
            return 0;
        });
    }
}
