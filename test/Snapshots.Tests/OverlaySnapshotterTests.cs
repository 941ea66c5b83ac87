using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots.Overlay;
using Sampan.Specs;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Tests;

public sealed class OverlaySnapshotterTests : SnapshotterContract
{
    private protected override ISnapshotter Create(string root) => new OverlaySnapshotter(root, OverlayKind.Kernel);

    [Fact]
    public void A_hundred_and_fifty_layers_can_be_mounted()
    {
        ChainId? parent = CommitLayers((OverlaySnapshotter)Snapshotter, 150);
        Snapshotter.Prepare(new("top"), parent);
        Assert.Equal(150, Look("top", Directory.GetFiles).Length);
    }

    [Fact]
    public void Paths_longer_than_an_option_and_more_layers_than_a_page_of_options_can_be_mounted()
    {
        // 400 layers of 300 bytes of path each, with the characters that separate layers: what mount(2) takes is 4096 bytes.
        OverlaySnapshotter deep = new($"{Root}/{string.Join('/', Enumerable.Repeat("a:fold\\er,with a long name".PadRight(60, 'x'), 5))}");
        ChainId? parent = CommitLayers(deep, 400);
        deep.Prepare(new("top"), parent);
        using (MountedSnapshot mounted = MountedSnapshot.Open(deep.Mounts(new("top")), "top"))
        {
            Assert.Equal(400, Directory.GetFiles(mounted.Root.Handle.ProcPath()).Length);
            File.WriteAllText($"{mounted.Root.Handle.ProcPath()}/own", "mine");
        }
        Assert.Equal("/own", Assert.Single(deep.Changes(new("top"))).Path);
        using MountedSnapshot readOnly = MountedSnapshot.Open(deep.ReadOnlyMounts(new("top")), "top");
        Assert.ThrowsAny<IOException>(() => File.WriteAllText($"{readOnly.Root.Handle.ProcPath()}/own", "again"));
        Assert.Equal("mine", File.ReadAllText($"{readOnly.Root.Handle.ProcPath()}/own"));
    }

    [Fact]
    public void More_layers_than_overlayfs_takes_are_refused_with_the_number()
    {
        OverlaySnapshotter deep = new($"{Root}/{new string('d', 240)}");
        deep.Prepare(new("top"), CommitLayers(deep, 501));
        Assert.Contains("501 layers: overlayfs takes at most 500",
            Assert.Throws<FaultException>(() => MountedSnapshot.Open(deep.Mounts(new("top")), "top")).Message);
    }

    private static ChainId? CommitLayers(OverlaySnapshotter snapshotter, int count)
    {
        ChainId? parent = null;
        for (int i = 0; i < count; i++)
        {
            ChainId name = ChainId.Of(parent, Digest.Of([(byte)i, (byte)(i >> 8)]));
            snapshotter.Prepare(new("layer"), parent);
            using (SafeFileHandle own = snapshotter.Open(new("layer"))) File.WriteAllText($"{own.ProcPath()}/f{i}", "");
            snapshotter.Commit(new("layer"), name);
            parent = name;
        }
        return parent;
    }

    [Fact]
    public void Layers_applied_apart_learn_their_parent_when_committed()
    {
        Snapshotter.Prepare(new("low"), null);
        Snapshotter.Prepare(new("high"), null);
        using (SafeFileHandle high = Snapshotter.Open(new("high"))) File.WriteAllText($"{high.ProcPath()}/high", "2");
        using (SafeFileHandle low = Snapshotter.Open(new("low")))
        {
            File.WriteAllText($"{low.ProcPath()}/low", "1");
            File.SetUnixFileMode(low.ProcPath(), (UnixFileMode)0x1C0);
        }
        Snapshotter.Commit(new("low"), Base, null);
        Snapshotter.Commit(new("high"), Top, Base);
        Snapshotter.Prepare(new("c"), Top);
        Assert.Equal("1", Read("c", "low"));
        Assert.Equal("2", Read("c", "high"));
        Assert.Throws<FaultException>(() => Snapshotter.Remove(Base));
    }

    [Fact]
    public void A_layer_without_an_entry_for_its_root_shows_its_parents_root()
    {
        Snapshotter.Prepare(new("low"), null);
        Snapshotter.Prepare(new("high"), null);
        Change("low", static root => File.SetUnixFileMode(root, (UnixFileMode)0x1C8));
        Snapshotter.Commit(new("low"), Base, null);
        Snapshotter.Commit(new("high"), Top, Base);
        Snapshotter.Prepare(new("c"), Top);
        Assert.Equal((UnixFileMode)0x1C8, Look("c", File.GetUnixFileMode));
    }

    [Fact]
    public void A_snapshot_with_a_parent_cannot_be_put_on_another()
    {
        CommitFile("a", Base, null, "file", "one");
        CommitFile("b", Top, null, "file", "two");
        Snapshotter.Prepare(new("c"), Base);
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => Snapshotter.Commit(new("c"), ChainId.Of(Top, Digest.Of([9])), Top)).Kind);
    }

    [Fact]
    public void Whiteouts_of_a_single_layer_are_not_seen_as_devices()
    {
        Snapshotter.Prepare(new("a"), null);
        using (SafeFileHandle own = Snapshotter.Open(new("a"))) Assert.Equal(0, Libc.mknodat(own.Fd(), "gone", (uint)FileKind.CharacterDevice, 0));
        Snapshotter.Commit(new("a"), Base);
        Snapshotter.View(new("v"), Base);
        Snapshotter.Prepare(new("p"), Base);
        Assert.Empty(Look("v", Directory.GetFileSystemEntries));
        Assert.Empty(Look("p", Directory.GetFileSystemEntries));
    }

    [Fact]
    public void Read_only_mounts_show_an_active_snapshot_while_it_is_mounted_writable()
    {
        CommitFile("a", Base, null, "file", "one");
        Snapshotter.Prepare(new("c"), Base);
        Look("c", root =>
        {
            File.WriteAllText($"{root}/own", "mine");
            File.Delete($"{root}/file");
            using MountedSnapshot second = MountedSnapshot.Open(Snapshotter.ReadOnlyMounts(new("c")), "second");
            Assert.NotNull(second.Root.Find("own"));
            Assert.Null(second.Root.Find("file"));
            return 0;
        });
    }

    [Fact]
    public void Colons_and_backslashes_in_the_data_root_do_not_split_it()
    {
        OverlaySnapshotter odd = new($"{Root}/odd:na\\me, and blank");
        odd.Prepare(new("a"), null);
        odd.Commit(new("a"), Base);
        odd.Prepare(new("b"), Base);
        using MountedSnapshot mounted = MountedSnapshot.Open(odd.ReadOnlyMounts(new("b")), "b");
        Assert.NotNull(mounted.Root.Find("/"));
    }

    [Fact]
    public void Mounts_are_containerds_overlay_options()
    {
        CommitFile("a", Base, null, "file", "one");
        Mount mount = Assert.Single(Snapshotter.Prepare(new("c"), Base));
        Assert.Equal(("overlay", "overlay"), (mount.Type, mount.Source));
        Assert.Equal([$"lowerdir={Root}/1/fs", $"upperdir={Root}/2/fs", $"workdir={Root}/2/work", "index=off", "redirect_dir=off", "metacopy=off"], mount.Options);
    }

    [Fact]
    public void The_driver_is_chosen_by_trying_and_unknown_ones_are_refused()
    {
        Assert.Equal("overlay2", Snapshotters.Open(Root).Name);
        Assert.Equal("native", Snapshotters.Open(Root, "native").Name);
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => Snapshotters.Open(Root, "nilfs")).Kind);
        foreach (string gone in (string[])["aufs", "devicemapper", "zfs", "overlay", "vfs"])
            Assert.Contains("; use '", Assert.Throws<FaultException>(() => Snapshotters.Open(Root, gone)).Message);
        // overlayfs cannot have its upper directory on proc.
        Assert.ThrowsAny<Exception>(() => Snapshotters.Open("/proc/self/task", "overlay2"));
        Assert.Empty(Directory.GetFileSystemEntries(Root, ".probe*"));
    }

    [Fact]
    public void On_overlayfs_itself_the_native_driver_is_taken()
    {
        CommitFile("a", Base, null, "file", "one");
        Snapshotter.Prepare(new("c"), Base);
        Look("c", root =>
        {
            Assert.Equal("native", Snapshotters.Open($"{root}/nested").Name);
            Assert.Contains("overlay2", Assert.Throws<FaultException>(() => Snapshotters.Open($"{root}/nested", "overlay2")).Message);
            Assert.Contains("use the driver 'native'", Assert.Throws<FaultException>(() => Snapshotters.Open($"{root}/nested", "erofs")).Message);
            return 0;
        });
    }
}
