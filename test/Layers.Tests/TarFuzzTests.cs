using Sampan.Faults;

namespace Sampan.Layers.Tests;

/// <summary>Seeded: a failure prints its seed and is the same every time.</summary>
public sealed class TarFuzzTests
{
    private const int Rounds = 1500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_mutated_tar_is_unpacked_or_refused_but_never_leaves_the_root(int seed)
    {
        using Workspace work = new();
        byte[] sound = Sound(work);
        for (int round = 0; round < Rounds; round++)
        {
            Random random = new(seed * 1_000_003 + round);
            byte[] tar = Mutate(sound, random);
            try
            {
                work.Unpack(tar, options: new UnpackOptions { MaxBytes = 1 << 22, MaxEntries = 1000 });
            }
            catch (FaultException fault)
            {
                Assert.False(fault.Message.Contains('\n'), $"seed {seed} round {round}: {fault.Message}");
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed} round {round}: {other}");
            }
            if (round % 100 == 0) work.AssertNothingOutside();
        }
        work.AssertNothingOutside();
    }

    [Fact]
    public void A_mutated_compressed_layer_ends_in_a_result_or_a_fault()
    {
        using Workspace work = new();
        File.WriteAllBytes($"{work.Path}/t", Sound(work));
        work.Shell("for c in 'gzip -n' 'zstd -q' xz bzip2; do $c < t > t.${c%% *}; done; rm t");
        string[] files = Directory.GetFiles(work.Path, "t.*");
        Array.Sort(files);
        foreach (string file in files)
        {
            byte[] sound = File.ReadAllBytes(file);
            File.Delete(file);
            for (int round = 0; round < 60; round++)
            {
                try
                {
                    work.Apply(Mutate(sound, new Random(round)));
                }
                catch (FaultException)
                {
                    // The only exception there may be.
                }
            }
        }
        work.AssertNothingOutside();
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        byte[] bytes = [.. sound];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            // Mostly headers: that is where a byte means something.
            int at = random.Next(4) == 0 ? random.Next(bytes.Length) : Math.Min(bytes.Length - 1, random.Next(bytes.Length / 512 + 1) * 512 + random.Next(512));
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = "0123457xgLKSMV/.\0"u8[random.Next(17)]; break;
                case 3: random.NextBytes(bytes.AsSpan(at, Math.Min(12, bytes.Length - at))); break;
                default: bytes.AsSpan(0, Math.Min(512, bytes.Length - at)).CopyTo(bytes.AsSpan(at)); break;
            }
        }
        // With right checksums, most of the time: else every mutation ends at the first check.
        if (random.Next(4) > 0)
        {
            for (int block = 0; block + 512 <= bytes.Length; block += 512)
            {
                bool looksLikeHeader = bytes.AsSpan(block + 257, 5).SequenceEqual("ustar"u8);
                if (looksLikeHeader) TarBuilder.Sealed(bytes.AsSpan(block, 512).ToArray()).CopyTo(bytes, block);
            }
        }
        return random.Next(10) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static byte[] Sound(Workspace work)
    {
        TarBuilder tar = new TarBuilder()
            .Directory("dir/").File("dir/file", "hello").Link("dir/link", "../dir/file").Link("out", "../out").HardLink("dir/hard", "dir/file")
            .Entry("pipe", '6').Entry("null", '3', device: "1:3").Entry("v7", '\0', "old", magic: "\0\0\0\0\0\0")
            .Pax(("path", "paxname"), ("mtime", "1.5"), ("SCHILY.xattr.user.a", "b")).File("x", "y")
            .Pax(("GNU.sparse.map", "0,1,10,3"), ("GNU.sparse.size", "20")).File("sparse01", "1234")
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "30"), ("GNU.sparse.name", "sparse10"))
            .File("s", "2\n0\n1\n20\n3\n".PadRight(512, '\0') + "abcd")
            .Entry("././@LongLink", 'L', "long/" + new string('n', 120) + "\0").File("short", "1")
            .File("dir/.wh.gone", "").Directory("dir/sub/").File("dir/sub/deep", "z");
        Assert.NotEmpty(work.Path);
        return tar.End();
    }
}
