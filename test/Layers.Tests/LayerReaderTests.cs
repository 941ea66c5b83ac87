using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Layers.Tests;

public sealed class LayerReaderTests
{
    [Fact]
    public void What_follows_the_end_mark_is_read_and_part_of_the_digest()
    {
        using Workspace work = new();
        byte[] tar = [.. new TarBuilder().File("a").End(), .. new byte[100_000]];
        LayerResult result = work.Apply(tar);
        Assert.Equal(Sampan.Specs.Oci.Image.Digest.Of(tar), result.DiffId);
        Assert.Equal((tar.Length, tar.Length, 7L, 1L), (result.CompressedBytes, result.TarBytes, result.FileBytes, result.Entries));
    }

    [Fact]
    public void An_empty_layer_is_a_layer()
    {
        using Workspace work = new();
        Assert.Equal("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef", work.Apply(new byte[1024]).DiffId.ToString());
        Assert.Equal(0, work.Apply([]).Entries);
    }

    [Fact]
    public void The_root_has_the_attributes_of_its_entry_and_directories_keep_their_times()
    {
        using Workspace work = new();
        work.Apply(new TarBuilder().Directory("./", 0x1C0).Directory("a/").Directory("a/b/").File("a/b/1").File("c/implied").File("a/2").End());
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(work.In));
        foreach (string name in (string[])["", "/a", "/a/b"])
            Assert.Equal(1_700_000_000, new DateTimeOffset(Directory.GetLastWriteTimeUtc(work.In + name)).ToUnixTimeSeconds());
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode($"{work.In}/c"));
    }

    [Fact]
    public void Progress_counts_compressed_bytes_to_the_end()
    {
        using Workspace work = new();
        byte[] tar = new TarBuilder().File("a", new string('x', 1_000_000)).End();
        List<long> seen = [];
        work.Apply(tar, options: new ApplyOptions { Progress = seen.Add });
        Assert.Equal(tar.Length, seen[^1]);
        Assert.Equal(seen.Order(), seen);
        Assert.InRange(seen.Count, 3, 8);
    }

    [Fact]
    public void A_fault_of_the_stream_comes_out_and_all_threads_end()
    {
        using Workspace work = new();
        byte[] tar = new TarBuilder().File("a", new string('x', 5_000_000)).End();
        Assert.Equal("cut", Assert.Throws<IOException>(() => work.Apply(new FailingStream(tar, 3_000_000, new IOException("cut")))).Message);
        using CancellationTokenSource cancelled = new();
        using var directory = work.OpenIn();
        Assert.Throws<OperationCanceledException>(() => LayerReader.Apply(new FailingStream(tar, 3_000_000, null, cancelled.Cancel), directory, new ApplyOptions(), cancelled.Token));
    }

    [Fact]
    public void A_sparse_file_of_100_gigabytes_takes_neither_time_nor_disk()
    {
        const long Size = 100L << 30;
        using Workspace work = new();
        LayerResult result = work.Apply(new TarBuilder()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", $"{Size}"), ("GNU.sparse.name", "huge"))
            .File("s", $"2\n1048576\n5\n{Size - 4}\n4\n".PadRight(512, '\0') + "firstlast").End());
        FileInfo huge = new($"{work.In}/huge");
        Assert.Equal(Size, huge.Length);
        Assert.Equal(Size, result.FileBytes);   // what docker images counts; the disk has its pieces only
        using FileStream file = huge.OpenRead();
        byte[] bytes = new byte[5];
        file.Position = 1 << 20;
        file.ReadExactly(bytes);
        Assert.Equal("first"u8, bytes);
        file.Position = Size - 4;
        file.ReadExactly(bytes, 0, 4);
        Assert.Equal("last"u8, bytes.AsSpan(0, 4));
        Assert.True(Files.Stat(null, huge.FullName).Blocks * 512 < 1 << 20);
    }

    [Fact]
    public void A_full_disk_is_told_with_the_entry()
    {
        using Workspace work = new();
        // A file-size limit of our own thread group would hit the other tests: a tmpfs of 1 MB that is mounted nowhere.
        using var small = Sampan.Linux.Mounts.Create("tmpfs", "tmpfs", ["size=1m"]);
        using var root = Sampan.Linux.Files.OpenAt(small, ".", Sampan.Linux.Native.OpenFlags.ReadOnly | Sampan.Linux.Native.OpenFlags.Directory);
        FaultException fault = Assert.ThrowsAny<FaultException>(() => LayerReader.Apply(
            new MemoryStream(new TarBuilder().File("usr/big", new string('x', 5_000_000)).End()), root, new ApplyOptions(), CancellationToken.None));
        Assert.Contains("'usr/big'", fault.Message);
        Assert.Contains("ENOSPC", fault.Message);
    }

    private sealed class FailingStream(byte[] content, int at, Exception? failure, Action? reached = null) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position >= at) reached?.Invoke();
            return Position >= at && failure is not null ? throw failure : base.Read(buffer, offset, Math.Min(count, 100_000));
        }
    }
}
