using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots.Erofs;
using Sampan.Snapshots.Overlay;

namespace Sampan.Snapshots.Tests;

/// <summary>Needs a kernel with EROFS, and overlayfs; Debian's package erofs-utils, which eng/install brings, says whether the images are sound.</summary>
public sealed class ErofsSnapshotterTests : SnapshotterContract
{
    private protected override ISnapshotter Create(string root) => new OverlaySnapshotter(root, OverlayKind.Erofs);

    public override void Dispose()
    {
        if (Directory.Exists(Root))
            foreach (string directory in Directory.GetDirectories(Root)) _ = Libc.umount2($"{directory}/mnt", UnmountFlags.Detach);
        base.Dispose();
    }

    [Fact]
    public void A_tree_of_everything_reads_from_its_image_as_it_was_written()
    {
        Snapshotter.Prepare(new("a"), null);
        string before = "";
        Change("a", root =>
        {
            Shell($"cd {root}; set -e\n{Everything}");
            before = Listing(root);
        });
        Snapshotter.Commit(new("a"), Base);
        Assert.Equal("layer.erofs mnt", Shell($"cd {Root}/1 && echo *").Trim());
        Shell($"fsck.erofs {Root}/1/layer.erofs");
        Snapshotter.View(new("v"), Base);
        Assert.Equal(before, Look("v", Listing));
        Assert.Contains("many", before);
    }

    [Fact]
    public void The_same_tree_gives_the_same_image()
    {
        string[] sums = new string[2];
        for (int i = 0; i < 2; i++)
        {
            Snapshotter.Prepare(new("a"), null);
            Change("a", root => Shell($"cd {root}; set -e\n{Everything}"));
            Snapshotter.Commit(new("a"), Base);
            sums[i] = Shell($"sha256sum < {Root}/*/layer.erofs");
            Snapshotter.Remove(Base);
        }
        Assert.Equal(sums[0], sums[1]);
    }

    [Fact]
    public void A_crash_before_the_commit_makes_the_image_anew_and_one_after_it_leaves_nothing_of_the_files()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root => File.WriteAllText($"{root}/file", "one"));
        File.WriteAllText($"{Root}/1/layer.erofs.tmp", "half");
        File.WriteAllText($"{Root}/1/layer.erofs", "not committed");
        Restart();
        Snapshotter.Commit(new("a"), Base);
        Directory.CreateDirectory($"{Root}/1/fs/left/behind");
        Restart();
        Assert.Equal("layer.erofs mnt", Shell($"cd {Root}/1 && echo *").Trim());
        Snapshotter.View(new("v"), Base);
        Assert.Equal("one", Read("v", "file"));
    }

    [Fact]
    public void Whiteouts_and_opaque_directories_of_a_layer_hide_what_is_below()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root => Shell($"cd {root} && mkdir -p gone dir/sub && echo 1 > gone/file && echo 1 > dir/old && echo 1 > dir/sub/deep && echo 1 > single"));
        Snapshotter.Commit(new("a"), Base);
        Snapshotter.Prepare(new("b"), Base);
        Change("b", root => Shell($"cd {root} && rm -r gone single dir && mkdir dir && echo 2 > dir/new"));
        Snapshotter.Commit(new("b"), Top);
        Snapshotter.View(new("v"), Top);
        Assert.Equal("dir dir/new", Look("v", root => Shell($"cd {root} && echo $(find * | sort)").Trim()));
    }

    [Fact]
    public void A_file_of_a_terabyte_that_is_mostly_hole_takes_no_space()
    {
        Snapshotter.Prepare(new("a"), null);
        Change("a", root => Shell($"cd {root} && printf start > big && truncate -s 1T big && printf end | dd of=big bs=1 seek=500000000000 conv=notrunc 2>&1"));
        Snapshotter.Commit(new("a"), Base);
        Assert.InRange(Snapshotter.DiskUsage(Base), 1, 1 << 20);
        Snapshotter.View(new("v"), Base);
        Assert.Equal("startend 1099511627776", Look("v", root => Shell($"cd {root} && echo $(head -c 5 big)$(tail -c +500000000001 big | head -c 3) $(stat -c %s big)").Trim()));
    }

    // Sizes around a block and half of one; names that sort before "."; a directory of many blocks; attributes; what has two names; what is no file.
    private const string Everything = """
        for size in 0 1 2047 2048 2049 4095 4096 4097 8192 10000 1000000; do head -c $size /dev/zero | tr "\0" x > size-$size; done
        mkdir -- many deep "-first" "!before"; echo x > "..after"; echo x > " "
        for i in $(seq 1 300); do : > many/$i-a-name-that-is-long-enough-to-fill-some-blocks-of-the-directory-with; done
        p=deep; for i in $(seq 1 40); do p=$p/d; mkdir $p; echo $i > $p/file; done
        ln size-4097 deep/again; ln -s size-1 link; ln -s $(head -c 3000 /dev/zero | tr "\0" y) long-link; ln link deep/link-again
        mknod char c 5 300; mknod block b 259 70000; mkfifo fifo
        chmod 4755 size-1; chmod 1777 many; chown 70000:80000 size-2047; chown -h 7:8 link
        setfattr -n user.one -v 1 size-1; setfattr -n user.two -v $(head -c 3000 /dev/zero | tr "\0" z) size-2049; setfattr -n trusted.three -v 3 many
        setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 size-4096
        setfacl -m u:1234:rwx size-8192; setfacl -d -m g:4321:rx many
        truncate -s 50M hole; printf data | dd of=hole bs=1 seek=20000000 conv=notrunc 2>/dev/null; truncate -s 3G only-hole
        find . -exec touch -h -d @1600000000.25 {} +
        touch -h -d "1969-12-31 23:59:58.123456789 UTC" link; touch -d "2150-01-02 03:04:05.987654321 UTC" size-0; touch -d @1700000000.5 many
        """;

    private static string Listing(string root) => Shell($"""
        cd {root}
        find . -print0 | sort -z | xargs -0 stat -c '%n %F %a %u %g %h %t:%T %y %N' --
        find . ! -type d -printf '%p %s\n' | sort
        find . -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex -- | grep -v trusted.overlay
        sha256sum size-* hole many/* deep/d/d/d/file
        [ "$(stat -c %i size-4097)" = "$(stat -c %i deep/again)" ] && echo linked
        """);

    private static string Shell(string script)
    {
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        // A place that is a descriptor of ours, seen from the shell.
        start.ArgumentList.Add(script.Replace("/proc/self/", $"/proc/{Environment.ProcessId}/", StringComparison.Ordinal));
        using Process shell = Process.Start(start)!;
        Task<string> errors = shell.StandardError.ReadToEndAsync();
        string output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"{output}\n{errors.Result}");
        return output;
    }
}
