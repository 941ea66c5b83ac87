using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Tests;

/// <summary>What every snapshotter must do. Runs on a real directory, and looks at snapshots through detached mounts.</summary>
public abstract class SnapshotterContract : IDisposable
{
    private protected static readonly ChainId Base = ChainId.Of(null, Digest.Of("base"u8)), Top = ChainId.Of(Base, Digest.Of("top"u8));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sampan-snapshots-");
    private ISnapshotter? _snapshotter;

    private protected virtual string Root => $"{_folder.FullName}/snapshots";

    private protected ISnapshotter Snapshotter => _snapshotter ??= Create(Root);

    private protected abstract ISnapshotter Create(string root);

    /// <summary>As after the end of the process.</summary>
    private protected void Restart() => _snapshotter = Create(Root);

    public virtual void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Committing_makes_the_key_unknown_and_the_name_usable_as_parent()
    {
        CommitFile("a", Base, null, "file", "one");
        Assert.False(Snapshotter.Exists(new SnapshotKey("a")));
        Assert.True(Snapshotter.Exists(Base));
        Assert.Equal([Base], Snapshotter.Chains);
        Snapshotter.Prepare(new("b"), Base);
        Assert.Equal("one", Read("b", "file"));
        Assert.Throws<FaultException>(() => Snapshotter.Mounts(new("a")));
    }

    [Fact]
    public void A_child_sees_its_parents_files_and_its_changes_stay_its_own()
    {
        CommitFile("a", Base, null, "file", "one");
        Snapshotter.Prepare(new("x"), Base);
        Snapshotter.Prepare(new("y"), Base);
        Change("x", root => File.WriteAllText($"{root}/file", "changed"));
        Assert.Equal("changed", Read("x", "file"));
        Assert.Equal("one", Read("y", "file"));
    }

    [Fact]
    public void Three_layers_show_as_one_tree()
    {
        CommitFile("a", Base, null, "low", "1");
        CommitFile("b", Top, Base, "high", "2");
        Snapshotter.Prepare(new("c"), Top);
        Change("c", root => File.WriteAllText($"{root}/own", "3"));
        Assert.Equal(["high", "low", "own"], Look("c", root => Directory.GetFiles(root).Select(static path => Path.GetFileName(path)!).Order().ToArray()));
    }

    [Fact]
    public void A_view_shows_its_parent_and_cannot_be_written_committed_or_opened()
    {
        CommitFile("a", Base, null, "file", "one");
        Snapshotter.View(new("v"), Base);
        Assert.Equal("one", Read("v", "file"));
        Assert.Contains("ro", Snapshotter.Mounts(new("v"))[0].Options);
        Assert.ThrowsAny<IOException>(() => Change("v", root => File.WriteAllText($"{root}/new", "")));
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => Snapshotter.Commit(new("v"), Top)).Kind);
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => Snapshotter.Open(new("v"))).Kind);
        Assert.Empty(Snapshotter.Changes(new("v")));
    }

    [Fact]
    public void An_empty_view_and_an_empty_snapshot_can_be_mounted()
    {
        Snapshotter.View(new("v"), null);
        Snapshotter.Prepare(new("p"), null);
        Assert.Empty(Look("v", Directory.GetFileSystemEntries));
        Change("p", root => Directory.CreateDirectory($"{root}/made"));
        Assert.Single(Look("p", Directory.GetFileSystemEntries));
    }

    [Fact]
    public void A_key_is_taken_once()
    {
        Snapshotter.Prepare(new("a"), null);
        Assert.Equal(FaultKind.AlreadyExists, Assert.Throws<FaultException>(() => Snapshotter.Prepare(new("a"), null)).Kind);
        Assert.Equal(FaultKind.AlreadyExists, Assert.Throws<FaultException>(() => Snapshotter.View(new("a"), null)).Kind);
    }

    [Fact]
    public void An_unknown_parent_is_refused_and_leaves_the_key_free()
    {
        Assert.Equal(FaultKind.NotFound, Assert.Throws<FaultException>(() => Snapshotter.Prepare(new("a"), Base)).Kind);
        Snapshotter.Prepare(new("a"), null);
    }

    [Fact]
    public void A_parent_cannot_be_removed_before_its_children()
    {
        CommitFile("a", Base, null, "file", "one");
        CommitFile("b", Top, Base, "more", "two");
        Snapshotter.Prepare(new("c"), Top);
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => Snapshotter.Remove(Base)).Kind);
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => Snapshotter.Remove(Top)).Kind);
        Snapshotter.Remove(new SnapshotKey("c"));
        Snapshotter.Remove(Top);
        Snapshotter.Remove(Base);
        Assert.Empty(Snapshotter.Chains);
        AssertNothingLeft();
    }

    [Fact]
    public void What_is_forgotten_is_unknown_at_once_and_reclaimed_later_or_at_the_next_start()
    {
        CommitFile("a", Base, null, "file", "one");
        CommitFile("b", Top, Base, "more", "two");
        Snapshotter.Forget(Top);
        Assert.Equal([Base], Snapshotter.Chains);
        Assert.Equal(2, Directory.GetDirectories(Root).Count(static path => int.TryParse(Path.GetFileName(path), out _)));
        CommitFile("b", Top, Base, "more", "again");
        Snapshotter.Forget(Top);
        Snapshotter.Forget(Base);
        Snapshotter.Reclaim();
        AssertNothingLeft();

        CommitFile("a", Base, null, "file", "one");
        Snapshotter.Forget(Base);
        Restart();
        AssertNothingLeft();
    }

    [Fact]
    public void Removing_twice_is_no_error()
    {
        Snapshotter.Prepare(new("a"), null);
        for (int i = 0; i < 2; i++)
        {
            Snapshotter.Remove(new SnapshotKey("a"));
            Snapshotter.Remove(Base);
        }
        AssertNothingLeft();
    }

    [Fact]
    public void Committing_a_name_again_drops_the_second_copy()
    {
        CommitFile("a", Base, null, "file", "first");
        CommitFile("b", Base, null, "file", "second");
        Assert.Empty(Snapshotter.Keys);
        Snapshotter.View(new("v"), Base);
        Assert.Equal("first", Read("v", "file"));
    }

    [Fact]
    public void Everything_is_still_known_after_a_restart()
    {
        CommitFile("a", Base, null, "file", "one");
        Snapshotter.Prepare(new("active"), Base);
        Change("active", root => File.WriteAllText($"{root}/own", "mine"));
        Snapshotter.View(new("view"), Base);
        Restart();
        Assert.Equal([Base], Snapshotter.Chains);
        Assert.Equal(["active", "view"], Snapshotter.Keys.Select(static key => key.ToString()).Order());
        Assert.Equal("mine", Read("active", "own"));
        Assert.Equal("one", Read("view", "file"));
        Assert.Throws<FaultException>(() => Snapshotter.Remove(Base));
        Snapshotter.Prepare(new("new"), Base);
        Assert.Equal("mine", Read("active", "own"));
    }

    [Fact]
    public void A_crash_before_the_document_leaves_nothing()
    {
        Snapshotter.Prepare(new("a"), null);
        File.Delete($"{Root}/keys/a.json");
        Directory.CreateDirectory($"{Root}/977/fs/half/made");
        Restart();
        Assert.Empty(Snapshotter.Keys);
        AssertNothingLeft();
    }

    [Fact]
    public void A_crash_in_the_middle_of_a_commit_has_committed()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root => File.WriteAllText($"{root}/file", "one"));
        byte[] key = File.ReadAllBytes($"{Root}/keys/a.json");
        Snapshotter.Commit(new("a"), Base);
        File.WriteAllBytes($"{Root}/keys/a.json", key);
        Restart();
        Assert.Empty(Snapshotter.Keys);
        Snapshotter.View(new("v"), Base);
        Assert.Equal("one", Read("v", "file"));
        Assert.False(File.Exists($"{Root}/keys/a.json"));
    }

    [Fact]
    public void An_empty_document_or_a_lost_parent_counts_as_absent()
    {
        CommitFile("a", Base, null, "file", "one");
        CommitFile("b", Top, Base, "more", "two");
        Snapshotter.Prepare(new("c"), Top);
        File.WriteAllText($"{Root}/chains/{Base.Hex}.json", "");
        File.WriteAllText($"{Root}/keys/d.json.tmp", "{");
        Restart();
        Assert.Empty(Snapshotter.Chains);
        Assert.Empty(Snapshotter.Keys);
        AssertNothingLeft();
    }

    [Fact]
    public void Changes_are_told_as_docker_diff_tells_them()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root =>
        {
            Directory.CreateDirectory($"{root}/etc/deep");
            Directory.CreateDirectory($"{root}/untouched");
            foreach (string name in (string[])["etc/kept", "etc/gone", "etc/changed", "etc/deep/file", "untouched/file"]) File.WriteAllText($"{root}/{name}", "1");
        });
        Snapshotter.Commit(new("a"), Base);
        Snapshotter.Prepare(new("c"), Base);
        Assert.Empty(Snapshotter.Changes(new("c")));
        Change("c", root =>
        {
            File.Delete($"{root}/etc/gone");
            File.WriteAllText($"{root}/etc/changed", "22");
            File.WriteAllText($"{root}/etc/new", "3");
            Directory.CreateDirectory($"{root}/var/lib");
            Directory.Delete($"{root}/etc/deep", recursive: true);
        });
        Assert.Equal(["C /etc", "C /etc/changed", "D /etc/deep", "D /etc/gone", "A /etc/new", "A /var", "A /var/lib"], Lines("c"));
    }

    [Fact]
    public void A_directory_made_again_tells_what_it_lost()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root =>
        {
            Directory.CreateDirectory($"{root}/dir");
            File.WriteAllText($"{root}/dir/old", "1");
        });
        Snapshotter.Commit(new("a"), Base);
        Snapshotter.Prepare(new("c"), Base);
        Change("c", root =>
        {
            Directory.Delete($"{root}/dir", recursive: true);
            Directory.CreateDirectory($"{root}/dir");
            File.WriteAllText($"{root}/dir/new", "2");
        });
        Assert.Equal(["A /dir/new", "C /dir", "D /dir/old"], Lines("c").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Usage_counts_files_and_a_hard_link_once()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root =>
        {
            File.WriteAllBytes($"{root}/file", new byte[100_000]);
            using SafeFileHandle here = Files.Open(root, OpenFlags.Path | OpenFlags.Directory);
            Assert.Equal(0, Libc.linkat(here.Fd(), "file", here.Fd(), "again", 0));
        });
        SnapshotUsage usage = Snapshotter.Usage(new SnapshotKey("a"));
        Assert.Equal(1, usage.Inodes);
        Assert.InRange(usage.Bytes, 100_000, 120_000);
        Snapshotter.Commit(new("a"), Base);
        Assert.Equal(usage, Snapshotter.Usage(Base));
    }

    [Fact]
    public void Owner_mode_and_links_pass_from_parent_to_child()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root =>
        {
            File.WriteAllText($"{root}/file", "x");
            File.SetUnixFileMode($"{root}/file", (UnixFileMode)0x9ED /* 04755 */);
            File.CreateSymbolicLink($"{root}/link", "file");
            File.SetUnixFileMode(root, (UnixFileMode)0x1C8 /* 0710 */);
        });
        Snapshotter.Commit(new("a"), Base);
        Snapshotter.Prepare(new("c"), Base);
        Look("c", root =>
        {
            Assert.Equal((UnixFileMode)0x9ED, File.GetUnixFileMode($"{root}/file"));
            Assert.Equal("file", new FileInfo($"{root}/link").LinkTarget);
            Assert.Equal((UnixFileMode)0x1C8, File.GetUnixFileMode(root));
            return 0;
        });
    }

    [Fact]
    public void Many_snapshots_can_be_prepared_at_once()
    {
        CommitFile("a", Base, null, "file", "one");
        Parallel.For(0, 32, i => Snapshotter.Prepare(new($"c{i}"), Base));
        Assert.Equal(32, Snapshotter.Keys.Count);
        Parallel.For(0, 32, i => Snapshotter.Remove(new SnapshotKey($"c{i}")));
        Snapshotter.Remove(Base);
        AssertNothingLeft();
    }

    [Fact]
    public void No_descriptor_stays_open()
    {
        CommitFile("a", Base, null, "file", "one");
        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 20; i++)
        {
            Snapshotter.Prepare(new("c"), Base);
            Change("c", root => File.WriteAllText($"{root}/own", "1"));
            _ = Snapshotter.Changes(new("c"));
            _ = Snapshotter.Usage(new SnapshotKey("c"));
            Snapshotter.Open(new("c")).Dispose();
            Snapshotter.Remove(new SnapshotKey("c"));
        }
        // Other tests run meanwhile in this process; a leak of ours would be at least 20.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 19);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void A_key_that_is_no_plain_name_is_refused(string text)
        => Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => new SnapshotKey(text)).Kind);

    [Fact]
    public void A_replaced_layer_has_the_new_files_also_after_a_restart_and_the_old_ones_go()
    {
        CommitFile("a", Base, null, "file", "one");
        CommitFile("b", Top, Base, "more", "two");
        int before = Directory.GetDirectories(Root).Length;
        Snapshotter.Prepare(new("fresh"), null);
        Change("fresh", root => File.WriteAllText($"{root}/file", "mended"));
        Snapshotter.Replace(Base, new("fresh"));
        Snapshotter.Reclaim();
        Assert.False(Snapshotter.Exists(new SnapshotKey("fresh")));
        Assert.Equal(before, Directory.GetDirectories(Root).Length);
        Restart();
        using (SafeFileHandle layer = Snapshotter.OpenLayer(Base)) Assert.Equal("mended", File.ReadAllText($"/proc/self/fd/{layer.DangerousGetHandle()}/file"));
        Snapshotter.Prepare(new("c"), Base);
        Assert.Equal("mended", Read("c", "file"));
        Assert.Throws<FaultException>(() => Snapshotter.Replace(Base, new("none")));
        Snapshotter.View(new("view"), Base);
        Assert.Throws<FaultException>(() => Snapshotter.Replace(Base, new("view")));
    }

    private protected void CommitFile(string key, ChainId name, ChainId? parent, string file, string content)
    {
        Snapshotter.Prepare(new(key), parent);
        Change(key, root => File.WriteAllText($"{root}/{file}", content));
        Snapshotter.Commit(new(key), name);
    }

    private protected void Change(string key, Action<string> change) => Look(key, root =>
    {
        change(root);
        return 0;
    });

    private protected T Look<T>(string key, Func<string, T> look)
    {
        using MountedSnapshot mounted = MountedSnapshot.Open(Snapshotter.Mounts(new(key)), key);
        using SafeFileHandle place = mounted.Root.Open("/", OpenFlags.ReadOnly | OpenFlags.Directory);
        return look(place.ProcPath());
    }

    private protected string Read(string key, string file) => Look(key, root => File.ReadAllText($"{root}/{file}"));

    private protected string[] Lines(string key) => [.. Snapshotter.Changes(new(key)).Select(static change => $"{"CAD"[(int)change.Kind]} {change.Path}")];

    private protected void AssertNothingLeft()
    {
        Assert.DoesNotContain(Directory.GetDirectories(Root), static path => int.TryParse(Path.GetFileName(path), out _));
        Assert.Empty(Directory.GetFiles($"{Root}/keys"));
        Assert.Empty(Directory.GetFiles($"{Root}/chains"));
    }
}
