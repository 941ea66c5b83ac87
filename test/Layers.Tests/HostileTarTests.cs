using System.Text;
using Sampan.Faults;

namespace Sampan.Layers.Tests;

/// <summary>Tars that try to get out, to overwhelm, or that are simply broken. Each is refused by name or stays inside.</summary>
public sealed class HostileTarTests
{
    public static TheoryData<string> Escapes => new("../out/victim", "a/../../out/victim", "/../out/victim", "./../../out/victim", "..", "a/..//../x");

    [Theory]
    [MemberData(nameof(Escapes))]
    public void A_name_that_leads_outside_is_refused(string name)
    {
        using Workspace work = new();
        FaultException fault = Assert.Throws<FaultException>(() => work.Apply(new TarBuilder().File(name).End()));
        Assert.Equal(FaultKind.InvalidArgument, fault.Kind);
        Assert.Contains(name, fault.Message);
        Assert.Contains("outside", fault.Message);
        Assert.Contains("outside", Assert.Throws<FaultException>(() => work.Unpack(new TarBuilder().File(name).End())).Message);
        work.AssertNothingOutside();
    }

    [Fact]
    public void Absolute_names_lie_in_the_root()
    {
        using Workspace work = new();
        work.Apply(new TarBuilder().File("/etc/passwd").File("//tmp/./x").End());
        Assert.True(File.Exists($"{work.In}/etc/passwd"));
        Assert.True(File.Exists($"{work.In}/tmp/x"));
    }

    [Fact]
    public void Names_through_symbolic_links_stay_in_the_root()
    {
        using Workspace work = new();
        string outside = work.Out;
        byte[] tar = new TarBuilder()
            .Link("abs", outside).File("abs/victim", "in1")
            .Link("rel", "../out").File("rel/victim", "in2")
            .Link("up", "../../../../../../../../..").Directory($"up{work.Path}/out/").File($"up{work.Path}/out/victim", "in3")
            .End();
        Assert.ThrowsAny<FaultException>(() => work.Apply(tar));   // abs leads nowhere inside
        work.AssertNothingOutside();
        work.Apply(new TarBuilder().Directory($"{outside[1..]}/").Link("abs", outside).File("abs/victim", "in1").Directory("out/")
            .Link("rel", "../out").File("rel/victim", "in2").End());
        Assert.Equal("in1", File.ReadAllText($"{work.In}{outside}/victim"));
        Assert.Equal("in2", File.ReadAllText($"{work.In}/out/victim"));
        work.AssertNothingOutside();
    }

    [Fact]
    public void A_link_is_replaced_by_an_entry_of_its_name_not_followed()
    {
        using Workspace work = new();
        work.Apply(new TarBuilder().Link("x", $"{work.Out}/victim").File("x", "mine")
            .Link("d", work.Out).Directory("d/").File("d/new", "1")
            .Link("h", $"{work.Out}/victim").HardLink("h2", "h").File("h2", "over").End());
        Assert.Equal("mine", File.ReadAllText($"{work.In}/x"));
        Assert.Null(new FileInfo($"{work.In}/x").LinkTarget);
        Assert.True(File.Exists($"{work.In}/d/new"));
        work.AssertNothingOutside();
    }

    [Theory]
    [InlineData("../out/victim", "outside")]
    [InlineData("/missing", "does not exist")]
    [InlineData("", "root")]
    public void A_hard_link_to_nothing_inside_is_refused(string target, string why)
    {
        using Workspace work = new();
        FaultException fault = Assert.Throws<FaultException>(() => work.Apply(new TarBuilder().HardLink("h", target).End()));
        Assert.Contains("'h'", fault.Message);
        Assert.Contains(why, fault.Message);
        work.AssertNothingOutside();
    }

    [Fact]
    public void A_hard_link_through_a_symbolic_link_stays_inside()
    {
        using Workspace work = new();
        Assert.Throws<FaultException>(() => work.Apply(new TarBuilder().Link("l", work.Out).HardLink("h", "l/victim").End()));
        Assert.Throws<FaultException>(() => work.Apply(new TarBuilder().Link("l", "../out").HardLink("h", "l/victim").End()));
        work.AssertNothingOutside();
    }

    [Fact]
    public void A_chmod_or_chown_never_goes_through_a_link()
    {
        using Workspace work = new();
        work.Apply(new TarBuilder().Entry("l", '2', link: $"{work.Out}/victim", mode: 0xFFF).Pax(("SCHILY.xattr.user.x", "1")).Entry("l2", '2', link: $"{work.Out}/victim", mode: 0x800).End());
        work.AssertNothingOutside();
    }

    [Fact]
    public void Another_process_that_swaps_a_directory_for_a_link_gains_nothing()
    {
        using Workspace work = new();
        Directory.CreateDirectory($"{work.In}/d");
        using CancellationTokenSource stop = new();
        Thread swapper = new(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Directory.Move($"{work.In}/d", $"{work.In}/e");
                    File.CreateSymbolicLink($"{work.In}/d", work.Out);
                    File.Delete($"{work.In}/d");
                    Directory.Move($"{work.In}/e", $"{work.In}/d");
                }
                catch (IOException)
                {
                    // The unpacker made its own "d" meanwhile.
                    if (Directory.Exists($"{work.In}/e")) Directory.Delete($"{work.In}/e", recursive: true);
                    Directory.CreateDirectory($"{work.In}/d");
                }
            }
        });
        swapper.Start();
        TarBuilder builder = new();
        for (int i = 0; i < 200; i++) builder.File($"d/victim{i % 7}", "x").Entry("top", '6').Entry("d/node", '3', device: "1:3", mode: 0x1B6).HardLink("d/h", "top");
        byte[] tar = builder.End();
        for (int i = 0; i < 20; i++)
        {
            try
            {
                work.Unpack(tar);
            }
            catch (FaultException)
            {
                // Refused is fine; outside is not.
            }
        }
        stop.Cancel();
        swapper.Join();
        work.AssertNothingOutside();
    }

    [Fact]
    public void More_bytes_or_entries_than_allowed_are_refused()
    {
        using Workspace work = new();
        byte[] tar = new TarBuilder().File("a", new string('x', 4000)).File("b").File("c").End();
        Assert.Contains("more than 2 entries", Assert.Throws<FaultException>(() => work.Apply(tar, options: new ApplyOptions { MaxEntries = 2 })).Message);
        Assert.Contains("more than 3000 bytes", Assert.Throws<FaultException>(() => work.Apply(tar, options: new ApplyOptions { MaxBytes = 3000 })).Message);
        Assert.Throws<FaultException>(() => work.Unpack(tar, options: new UnpackOptions { MaxEntries = 2 }));
        Assert.Throws<FaultException>(() => work.Unpack(tar, options: new UnpackOptions { MaxBytes = 3000 }));
    }

    [Fact]
    public void A_bomb_of_zeros_is_stopped_at_the_limit()
    {
        using Workspace work = new();
        work.Shell("{ printf 'x'; head -c 64M /dev/zero; } | gzip -1 > bomb.gz");
        byte[] head = new TarBuilder().Entry("big", '0', size: 64 << 20).ToArray()[..512];
        work.Shell("true");
        File.WriteAllBytes($"{work.Path}/head", head);
        work.Shell("{ cat head; head -c 64M /dev/zero; } | gzip -1 > bomb.gz; rm head");
        byte[] bomb = File.ReadAllBytes($"{work.Path}/bomb.gz");
        Assert.Contains("more than", Assert.Throws<FaultException>(() => work.Apply(bomb, options: new ApplyOptions { MaxBytes = 8 << 20 })).Message);
        Assert.InRange(new FileInfo($"{work.In}/big").Length, 0, 8 << 20);
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "huge pax header", "extension header" }, { "huge long name", "extension header" }, { "negative pax size", "negative size" },
        { "pax length lies", "pax header" }, { "pax without key", "pax header" }, { "pax zero in path", "zero byte" },
        { "pax number", "no number" }, { "uid too large", "invalid uid" }, { "truncated data", "truncated" }, { "truncated header", "truncated" },
        { "garbage", "checksum" }, { "extension at the end", "without its entry" }, { "name too long", "bytes" }, { "component too long", "255" },
        { "too deep", "deep" }, { "unknown type", "unknown entry type" }, { "parent is a file", "no directory" }, { "root as a file", "root" },
        { "sparse overlap", "sparse map" }, { "sparse sum", "sparse map" }, { "sparse count", "sparse map" }, { "sparse outside", "sparse map" },
        { "base-256 too large", "invalid" }, { "octal nine", "invalid" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_tar_is_refused_with_its_reason(string which, string reason)
    {
        using Workspace work = new();
        FaultException fault = Assert.Throws<FaultException>(() => work.Apply(Make(which)));
        Assert.Equal(FaultKind.InvalidArgument, fault.Kind);
        Assert.Contains(reason, fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.InRange(fault.Message.Length, 1, 700);
        work.AssertNothingOutside();
    }

    private static byte[] Make(string which) => which switch
    {
        "huge pax header" => new TarBuilder().Entry("x", 'x', size: 2 << 20).End(),
        "huge long name" => new TarBuilder().Entry("x", 'L', size: 1L << 33).End(),
        "negative pax size" => new TarBuilder().Pax(("size", "-1")).File("a").End(),
        "pax length lies" => new TarBuilder().Entry("x", 'x', "99 path=short\n").File("a").End(),
        "pax without key" => new TarBuilder().Entry("x", 'x', "6 =ab\n").File("a").End(),
        "pax zero in path" => new TarBuilder().Pax(("path", "a\0b")).File("a").End(),
        "pax number" => new TarBuilder().Pax(("uid", "12x")).File("a").End(),
        "uid too large" => new TarBuilder().Pax(("uid", "4294967295")).File("a").End(),
        "truncated data" => new TarBuilder().Entry("a", '0', "x", size: 5000).ToArray(),
        "truncated header" => new TarBuilder().File("a").ToArray()[..700],
        "garbage" => [.. Enumerable.Range(0, 4096).Select(static i => (byte)(i * 31 + 7))],
        "extension at the end" => new TarBuilder().Pax(("path", "x")).End(),
        "name too long" => new TarBuilder().Pax(("path", new string('a', 100) + string.Concat(Enumerable.Repeat("/" + new string('b', 100), 50)))).File("a").End(),
        "component too long" => new TarBuilder().Pax(("path", new string('a', 256))).File("a").End(),
        "too deep" => new TarBuilder().Pax(("path", string.Concat(Enumerable.Repeat("d/", 600)))).File("a").End(),
        "unknown type" => new TarBuilder().Entry("a", 'Z').End(),
        "parent is a file" => new TarBuilder().File("a").File("a/b").End(),
        "root as a file" => new TarBuilder().File("./").Entry(".", '0', "x").End(),
        "sparse overlap" => Sparse("GNU.sparse.map", "0,4,2,3", "100"),
        "sparse sum" => Sparse("GNU.sparse.map", "0,4", "100"),
        "sparse outside" => Sparse("GNU.sparse.map", "98,7", "100"),
        "sparse count" => new TarBuilder().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9"))
            .Entry("s", '0', "999999999\n").End(),
        "base-256 too large" => new TarBuilder().Raw(WithSize([0x80, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])).End(),
        "octal nine" => new TarBuilder().Raw(WithSize("00000000099\0"u8.ToArray())).End(),
        _ => throw new ArgumentOutOfRangeException(nameof(which)),
    };

    private static byte[] Sparse(string key, string map, string size) => new TarBuilder().Pax((key, map), ("GNU.sparse.size", size)).File("s", "1234567").End();

    private static byte[] WithSize(byte[] size)
    {
        byte[] block = new TarBuilder().File("a", "").ToArray()[..512];
        size.CopyTo(block, 124);
        return TarBuilder.Sealed(block);
    }

    [Fact]
    public void A_name_in_a_message_cannot_write_on_the_terminal()
    {
        using Workspace work = new();
        FaultException fault = Assert.Throws<FaultException>(() => work.Apply(new TarBuilder().Entry(Encoding.Latin1.GetBytes("../\u001b[31m\nred\xff'"), '0', [], [], 0x1A4, null, "ustar\000", "").End()));
        Assert.Contains("\\x1b[31m\\nred\\xff\\'", fault.Message);
    }

    [Fact]
    public void Later_entries_of_a_name_win_whatever_kinds_they_have()
    {
        using Workspace work = new();
        char[] kinds = ['0', '5', '2', '6', '3', '0', '2', '5', '6', '0', '5', '3', '5', '0'];
        TarBuilder tar = new();
        foreach (char kind in kinds)
        {
            tar.Entry("name", kind, kind == '0' ? "text" : "", kind == '2' ? "target" : "", device: "1:5");
            if (kind == '5') tar.File("name/child");
        }
        work.Apply(tar.End());
        Assert.Equal("text", File.ReadAllText($"{work.In}/name"));
        Assert.Single(Directory.GetFileSystemEntries(work.In));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-4)]
    [InlineData(-6)]
    public void Damaged_or_truncated_gzip_is_refused(int at)
    {
        using Workspace work = new();
        File.WriteAllBytes($"{work.Path}/t", new TarBuilder().File("a", new string('q', 100_000)).End());
        work.Shell("gzip -n t");
        byte[] gzip = File.ReadAllBytes($"{work.Path}/t.gz");
        byte[] damaged = [.. gzip];
        damaged[at < 0 ? gzip.Length + at : at] ^= 0x55;
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => work.Apply(damaged)).Kind);
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => work.Apply(gzip[..^20])).Kind);
    }

    [Theory]
    [InlineData("zstd -q --rm")]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void Other_compressions_are_refused_when_truncated_or_damaged(string compress)
    {
        using Workspace work = new();
        File.WriteAllBytes($"{work.Path}/t", new TarBuilder().File("a", string.Concat(Enumerable.Range(0, 30_000))).End());
        work.Shell($"{compress} t");
        byte[] whole = File.ReadAllBytes(Directory.GetFiles(work.Path, "t.*").Single());
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => work.Apply(whole[..^30])).Kind);
        byte[] damaged = [.. whole];
        damaged[whole.Length / 2] ^= 0x55;
        damaged[whole.Length / 2 + 1] ^= 0xAA;
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => work.Apply(damaged)).Kind);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd -q")]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void Several_compressed_pieces_are_one_stream(string compress)
    {
        using Workspace work = new();
        byte[] tar = new TarBuilder().File("a", new string('q', 100_000)).File("b", "2").End();
        File.WriteAllBytes($"{work.Path}/one", tar[..50_000]);
        File.WriteAllBytes($"{work.Path}/two", tar[50_000..]);
        work.Shell($"{{ {compress} < one; {compress} < two; }} > both; rm one two");
        LayerResult result = work.Apply(File.ReadAllBytes($"{work.Path}/both"));
        Assert.Equal(Sampan.Specs.Oci.Image.Digest.Of(tar), result.DiffId);
        Assert.Equal("2", File.ReadAllText($"{work.In}/b"));
    }
}
