using System.Runtime.ExceptionServices;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Volumes.Tests;

public sealed class VolumeStoreTests : IDisposable
{
    private readonly string _root = Path.Combine(Directory.CreateTempSubdirectory("sampan-volumes-").FullName, "volumes");
    private readonly VolumeStore _store;

    public VolumeStoreTests() => _store = new VolumeStore(_root);

    [Fact]
    public void A_volume_is_made_once_and_outlives_the_store()
    {
        Volume made = _store.Create("data", new Dictionary<string, string> { ["a"] = "b" }, null, out bool created);
        Assert.True(created);
        Assert.Equal(made, _store.Create("data", null, null, out created));
        Assert.False(created);
        Assert.Equal(Path.Combine(_root, "data", "_data"), made.Mountpoint);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute, File.GetUnixFileMode(made.Mountpoint));
        File.WriteAllText(Path.Combine(made.Mountpoint, "file"), "content");

        Volume read = new VolumeStore(_root).Get("data");
        Assert.Equal((made.CreatedAt, "b"), (read.CreatedAt, read.Labels["a"]));
        Assert.True(File.Exists(Path.Combine(read.Mountpoint, "file")));
    }

    [Fact]
    public void An_anonymous_volume_gets_64_hex_digits()
    {
        Volume volume = _store.Create(null);
        Assert.Matches("^[0-9a-f]{64}$", volume.Name);
        Assert.True(volume.Anonymous);
    }

    [Fact]
    public void Names_with_dots_do_not_get_in_each_other_s_way()
    {
        _store.Create("a1");
        _store.Create("a1.json");
        Assert.Equal(["a1", "a1.json"], new VolumeStore(_root).List().Select(v => v.Name));
    }

    [Theory]
    [InlineData("x", "create x: volume name is too short, names should be at least two alphanumeric characters")]
    [InlineData("../up", "create ../up: \"../up\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path")]
    [InlineData(".hidden", "create .hidden: \".hidden\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path")]
    public void A_bad_name_is_refused_in_docker_s_words(string name, string message)
    {
        FaultException fault = Assert.Throws<FaultException>(() => _store.Create(name));
        Assert.Equal((FaultKind.InvalidArgument, message), (fault.Kind, fault.Message));
    }

    [Fact]
    public void A_volume_in_use_or_unknown_is_not_removed_in_docker_s_words()
    {
        _store.Create("data");
        FaultException fault = Assert.Throws<FaultException>(() => _store.Remove("data", ["abc", "def"]));
        Assert.Equal((FaultKind.Conflict, "remove data: volume is in use - [abc, def]"), (fault.Kind, fault.Message));
        fault = Assert.Throws<FaultException>(() => _store.Remove("nope", []));
        Assert.Equal((FaultKind.NotFound, "get nope: no such volume"), (fault.Kind, fault.Message));
        _store.Remove("data", []);
        Assert.Null(_store.Find("data"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void What_a_crash_leaves_half_made_or_half_removed_is_gone_after_the_next_start()
    {
        Directory.CreateDirectory(Path.Combine(_root, "half", "_data"));
        Directory.CreateDirectory(Path.Combine(_root, ".removed-old", "_data"));
        Assert.Empty(new VolumeStore(_root).List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void Removing_follows_no_link_out_of_the_volume()
    {
        string outside = Path.Combine(Path.GetDirectoryName(_root)!, "outside");
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "kept"), "");
        Volume volume = _store.Create("data");
        Directory.CreateSymbolicLink(Path.Combine(volume.Mountpoint, "link"), outside);
        _store.Remove("data", []);
        Assert.True(File.Exists(Path.Combine(outside, "kept")));
    }

    [Fact]
    public void Prune_takes_what_nobody_uses_and_tells_the_bytes()
    {
        File.WriteAllBytes(Path.Combine(_store.Create("free").Mountpoint, "big"), new byte[100_000]);
        _store.Create("used");
        _store.Create("other");
        (IReadOnlyList<string> removed, long bytes) = _store.Prune(name => name == "used", volume => volume.Name != "other");
        Assert.Equal(["free"], removed);
        Assert.InRange(bytes, 100_000, 200_000);
        Assert.Equal(["other", "used"], _store.List().Select(v => v.Name));
    }

    [Fact]
    public void A_volume_whose_folder_was_removed_by_hand_can_be_removed_and_made_again()
    {
        Directory.Delete(Path.GetDirectoryName(_store.Create("gone").Mountpoint)!, recursive: true);
        Assert.Equal(0, _store.Size("gone"));
        _store.Remove("gone", []);
        Assert.Null(_store.Find("gone"));
        Assert.True(Directory.Exists(_store.Create("gone").Mountpoint));
    }

    [Fact]
    public void Driver_options_are_checked_and_must_agree()
    {
        Dictionary<string, string> tmpfs = new() { ["type"] = "tmpfs", ["device"] = "tmpfs", ["o"] = "size=1m,nosuid" };
        _store.Create("t1", null, tmpfs);
        Assert.Equal("t1", _store.Create("t1", null, tmpfs).Name);
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => _store.Create("t1", null, new Dictionary<string, string> { ["type"] = "nfs", ["device"] = ":/x" })).Kind);
        Assert.Equal("create t2: invalid option: \"color\"", Assert.Throws<FaultException>(() => _store.Create("t2", null, new Dictionary<string, string> { ["color"] = "red" })).Message);
        Assert.Equal("create t2: missing required option: \"device\"", Assert.Throws<FaultException>(() => _store.Create("t2", null, new Dictionary<string, string> { ["type"] = "tmpfs" })).Message);
        Assert.Equal("create t2: quota size requested but no quota support", Assert.Throws<FaultException>(() => _store.Create("t2", null, new Dictionary<string, string> { ["size"] = "1g" })).Message);
    }

    [Fact]
    public void A_volume_with_options_is_mounted_and_unmounted()
    {
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                // The thread's own mounts, which nobody else sees.
                Namespaces.Unshare(NamespaceKinds.Mount);
                Mounts.Mount(null, "/", null, Linux.Native.MountFlags.Private | Linux.Native.MountFlags.Recursive);
                Volume volume = _store.Create("ram", null, new Dictionary<string, string> { ["type"] = "tmpfs", ["device"] = "tmpfs", ["o"] = "size=64k,noexec" });
                string line() => File.ReadAllLines("/proc/thread-self/mountinfo").FirstOrDefault(l => l.Contains(volume.Mountpoint)) ?? "";
                Assert.Equal("", line());
                _store.Mount("ram");
                _store.Mount("ram");
                Assert.Contains("noexec", line());
                Assert.Contains("size=64k", line());
                _store.Unmount("ram");
                Assert.Equal("", line());
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_root)!, recursive: true);
}
