using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Layers.Tests;

/// <summary>`docker cp` and `docker export`, without the docker.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly Workspace _work = new();

    public ArchiveTests() => _work.Shell("""
        cd in; mkdir -p etc/conf.d data usr/bin; printf hello > etc/passwd; ln -s passwd etc/link; ln -s /etc etclink; ln -s nowhere dangling
        ln -s ../../../../../../../../../../../../etc/passwd etc/up; printf x > etc/conf.d/a; ln etc/conf.d/a etc/conf.d/b; ln -s usr/bin bin; chmod 1777 data; chmod 4755 etc/conf.d/a
        touch -d '2023-01-02 03:04:05.678 UTC' etc/passwd
        """);

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("/etc/passwd", "passwd", 5, 0x1A4u, "")]
    [InlineData("etc/passwd", "passwd", 5, 0x1A4u, "")]
    [InlineData("/../../etc/./passwd", "passwd", 5, 0x1A4u, "")]
    [InlineData("/etc/link", "link", 6, 0x1FFu | 1u << 27, "/etc/passwd")]
    [InlineData("/etclink/passwd", "passwd", 5, 0x1A4u, "")]
    [InlineData("/dangling", "dangling", 7, 0x1FFu | 1u << 27, "/nowhere")]
    [InlineData("/etc/up", "up", -1, 0x1FFu | 1u << 27, "/etc/passwd")]
    [InlineData("/etclink", "etclink", 4, 0x1FFu | 1u << 27, "/etc")]
    [InlineData("/etclink/", "etclink", -1, 0x1EDu | 1u << 31, "")]
    [InlineData("/etclink/.", ".", -1, 0x1EDu | 1u << 31, "")]
    [InlineData("/data", "data", -1, 0x1FFu | 1u << 31 | 1u << 20, "")]
    [InlineData("/etc/conf.d/a", "a", 1, 0x1EDu | 1u << 23, "")]
    [InlineData("/", "/", -1, 0x1EDu | 1u << 31, "")]
    public void Stat_says_what_docker_says(string path, string name, long size, uint mode, string link)
    {
        using RootDirectory root = _work.Root();
        PathStat stat = Archive.Stat(root, path);
        Assert.Equal((name, mode, link), (stat.Name, stat.Mode, stat.LinkTarget));
        if (size >= 0) Assert.Equal(size, stat.Size);
        if (name == "passwd") Assert.Equal(new DateTimeOffset(2023, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), stat.ModifyTime);
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/dangling/")]
    [InlineData("/nope/deeper")]
    public void A_missing_path_is_told_in_dockers_words(string path)
    {
        using RootDirectory root = _work.Root();
        FaultException fault = Assert.Throws<FaultException>(() => Archive.Stat(root, path));
        Assert.Equal(FaultKind.NotFound, fault.Kind);
        Assert.Equal($"Could not find the file {path} in container box", fault.Message);
        Assert.Throws<FaultException>(() => Archive.Pack(root, path));
    }

    [Theory]
    [InlineData("/etc/passwd", "passwd")]
    [InlineData("/etc/link", "link")]
    [InlineData("/etc/conf.d", "conf.d/ conf.d/a conf.d/b")]
    [InlineData("/etc/conf.d/", "conf.d/ conf.d/a conf.d/b")]
    [InlineData("/etc/conf.d/.", "./ ./a ./b")]
    [InlineData("/etclink/conf.d", "conf.d/ conf.d/a conf.d/b")]
    [InlineData("/bin/", "bin/")]
    public void Packed_names_begin_with_the_last_element(string path, string names)
    {
        using RootDirectory root = _work.Root();
        using PackedArchive archive = Archive.Pack(root, path);
        Assert.Equal(names, string.Join(' ', List(archive).Select(static line => line.Split(' ')[0])));
    }

    [Fact]
    public void The_whole_root_is_packed_under_a_slash_and_exported_without()
    {
        using RootDirectory root = _work.Root();
        using PackedArchive archive = Archive.Pack(root, "/");
        Assert.Equal(["/", "/bin", "/dangling", "/data/"], List(archive).Take(4).Select(static line => line.Split(' ')[0]));
        using (FileStream tar = File.Create($"{_work.Path}/export.tar")) Archive.Export(root, tar, CancellationToken.None);
        _work.Shell("mkdir exported && tar -C exported --numeric-owner -xpf export.tar");
        Assert.Equal(Manifest.Of(_work.In, hasNanoseconds: false), Manifest.Of($"{_work.Path}/exported", hasNanoseconds: false));
    }

    [Fact]
    public void Unpacking_resolves_the_target_in_the_root()
    {
        _work.Unpack(new TarBuilder().File("new", "1").End(), "/etclink");
        Assert.Equal("1", File.ReadAllText($"{_work.In}/etc/new"));
        _work.Unpack(new TarBuilder().File("bin/tool", "2").End(), "/");
        Assert.Equal("2", File.ReadAllText($"{_work.In}/usr/bin/tool"));
        _work.Unpack(new TarBuilder().File("up/x", "3").End(), "/data");
        Assert.Equal("3", File.ReadAllText($"{_work.In}/data/up/x"));
        File.CreateSymbolicLink($"{_work.In}/data/abs", "/usr");
        _work.Unpack(new TarBuilder().File("abs/y", "4").End(), "/data");
        Assert.Equal("4", File.ReadAllText($"{_work.In}/usr/y"));
    }

    [Fact]
    public void A_target_that_is_no_directory_or_missing_is_refused()
    {
        byte[] tar = new TarBuilder().File("new").End();
        FaultException fault = Assert.Throws<FaultException>(() => _work.Unpack(tar, "/etc/passwd"));
        Assert.Equal((FaultKind.InvalidArgument, "extraction point is not a directory"), (fault.Kind, fault.Message));
        Assert.Equal(FaultKind.NotFound, Assert.Throws<FaultException>(() => _work.Unpack(tar, "/missing")).Kind);
    }

    [Fact]
    public void A_file_and_a_directory_do_not_replace_each_other_when_told_so()
    {
        UnpackOptions options = new() { NoOverwriteDirNonDir = true };
        Assert.Equal("cannot overwrite directory \"/etc\" with non-directory \"/\"",
            Assert.Throws<FaultException>(() => _work.Unpack(new TarBuilder().File("etc").End(), "/", options)).Message);
        Assert.Equal("cannot overwrite non-directory \"/etc/passwd\" with directory \"/etc\"",
            Assert.Throws<FaultException>(() => _work.Unpack(new TarBuilder().Directory("passwd/").End(), "/etc", options)).Message);
        Assert.Equal("hello", File.ReadAllText($"{_work.In}/etc/passwd"));
        _work.Unpack(new TarBuilder().File("etc", "gone").End(), "/");
        Assert.Equal("gone", File.ReadAllText($"{_work.In}/etc"));
    }

    [Fact]
    public void The_owner_can_be_set_and_the_targets_own_attributes_stay()
    {
        string before = File.GetUnixFileMode($"{_work.In}/data").ToString();
        _work.Unpack(new TarBuilder().Directory("./", 0x1C0).File("a").Directory("d/").Link("l", "a").End(), "/data", new UnpackOptions { Owner = (1234, 567) });
        Assert.Equal("1234:567\n1234:567\n1234:567\n0:0\n", _work.Shell("stat -c %u:%g in/data/a in/data/d in/data/l in/data"));
        Assert.Equal(before, File.GetUnixFileMode($"{_work.In}/data").ToString());
    }

    [Fact]
    public void Whiteouts_are_plain_files_in_an_archive()
    {
        _work.Unpack(new TarBuilder().File(".wh.etc", "text").End());
        Assert.Equal("text", File.ReadAllText($"{_work.In}/.wh.etc"));
        Assert.True(Directory.Exists($"{_work.In}/etc"));
    }

    [Fact]
    public void Bytes_pass_through_in_constant_memory()
    {
        // 400 MB through a pipe, from a file of holes to a file: what is allocated, by the tests that run beside it too, stays far below.
        const long Size = 400L << 20;
        using (FileStream big = File.Create($"{_work.In}/big")) big.SetLength(Size);
        Directory.CreateDirectory($"{_work.In}/copy");
        (SafeFileHandle reader, SafeFileHandle writer) = Files.Pipe();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Thread packer = new(() =>
        {
            using RootDirectory root = _work.Root();
            using PackedArchive archive = Archive.Pack(root, "/big");
            using FileStream target = new(writer, FileAccess.Write, 1);
            archive.Write(target, CancellationToken.None);
        });
        packer.Start();
        using (FileStream source = new(reader, FileAccess.Read, 1))
        using (RootDirectory root = _work.Root())
            Archive.Unpack(source, root, "/copy", new UnpackOptions(), CancellationToken.None);
        packer.Join();
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 300 << 20);
        Assert.Equal(Size, new FileInfo($"{_work.In}/copy/big").Length);
    }

    [Fact]
    public void No_descriptor_stays_open_also_after_faults()
    {
        using RootDirectory root = _work.Root();
        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 30; i++)
        {
            Archive.Stat(root, "/etc/link");
            using (PackedArchive archive = Archive.Pack(root, "/etc")) archive.Write(Stream.Null, CancellationToken.None);
            _work.Unpack(new TarBuilder().Directory("deep/er/").File("deep/er/file").HardLink("h", "deep/er/file").End(), "/data");
            Assert.Throws<FaultException>(() => _work.Unpack(new TarBuilder().Directory("deep/er/").Entry("deep/er/f", '0', "x", size: 9000).ToArray(), "/data"));
            Assert.Throws<FaultException>(() => Archive.Pack(root, "/nope"));
        }
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 29);
    }

    private IEnumerable<string> List(PackedArchive archive)
    {
        using (FileStream tar = File.Create($"{_work.Path}/packed.tar")) archive.Write(tar, CancellationToken.None);
        return _work.Shell("tar -P -tf packed.tar").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
