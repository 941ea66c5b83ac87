using System.Security.Cryptography;

namespace Sampan.Layers.Tests;

/// <summary>GNU tar is the reference: what it packs we unpack to the same tree as it does, and what we pack it unpacks.</summary>
public sealed class GnuTarTests
{
    private const string MakeTree = """
        mkdir tree && cd tree
        mkdir -p plain/empty 'with blank' deep/$(printf 'd%.0s/' 1 2 3 4 5 6 7 8 9 10 11 12)
        echo hello > plain/file; printf x > 'with blank/a b'; : > plain/none
        head -c 700000 /dev/urandom > big
        ln plain/file plain/hard; ln plain/file 'with blank/hard too'
        ln -s ../plain/file with\ blank/link; ln -s /absolute/nowhere dangling; ln -s "$(printf 'l%.0s' $(seq 180))" longlink
        mkfifo pipe; mknod char c 1 3; mknod block b 7 200
        n=$(printf 'n%.0s' $(seq 120)); mkdir -p $n/$n; echo long > $n/$n/$n
        echo 'ünïcødé' > 'ünïcødé ☃'; printf y > "$(printf 'new\nline')"; printf z > "$(printf 'raw\377byte')"
        touch -d '1999-12-31 23:59:59.123456789' plain/file; touch -h -d '2001-01-01' dangling
        chmod 4755 plain/none; chmod 1777 plain/empty; chmod 2750 'with blank'; chmod 0 plain/file
        chown 1234:5678 big; chown -h 3000000:4000000 dangling
        truncate -s 3M sparse; printf middle | dd of=sparse bs=1 seek=1500000 conv=notrunc 2>/dev/null; truncate -s 1M allhole
        touch -d '2020-02-02 02:02:02.5' plain/empty plain 'with blank' .
        """;

    [Theory]
    [InlineData("gnu", "", "cat")]
    [InlineData("posix", "", "cat")]
    [InlineData("gnu", "--sparse", "cat")]
    [InlineData("posix", "--sparse", "cat")]
    [InlineData("posix", "--sparse --sparse-version=0.0", "cat")]
    [InlineData("posix", "--sparse --sparse-version=0.1", "cat")]
    [InlineData("oldgnu", "--sparse", "cat")]
    [InlineData("gnu", "", "gzip")]
    [InlineData("gnu", "", "zstd -q")]
    [InlineData("gnu", "", "xz -1")]
    [InlineData("gnu", "", "bzip2")]
    public void A_tar_of_GNU_tar_unpacks_as_GNU_tar_unpacks_it(string format, string options, string compress)
    {
        using Workspace work = new();
        work.Shell(MakeTree);
        work.Shell($"tar -C tree --numeric-owner --format={format} {options} -cf plain.tar . && {compress} < plain.tar > packed && mkdir theirs && tar -C theirs --numeric-owner -xpf plain.tar");
        byte[] packed = File.ReadAllBytes($"{work.Path}/packed");
        LayerResult result = work.Apply(packed);
        Assert.Equal(Manifest.Of($"{work.Path}/theirs"), Manifest.Of(work.In));
        Assert.Equal($"sha256:{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes($"{work.Path}/plain.tar")))}", result.DiffId.ToString());
        Assert.Equal(packed.Length, result.CompressedBytes);
        Assert.Equal(new FileInfo($"{work.Path}/plain.tar").Length, result.TarBytes);
        Assert.Equal(Enum.Parse<CompressionFormat>(compress.Split(' ')[0] is "cat" ? "None" : compress.Split(' ')[0], ignoreCase: true), result.Compression);
    }

    [Theory]
    [InlineData("ustar")]
    [InlineData("v7")]
    public void Old_formats_unpack_as_GNU_tar_unpacks_them(string format)
    {
        using Workspace work = new();
        work.Shell("mkdir -p tree/dir && echo a > tree/dir/file && ln -s file tree/dir/link && ln tree/dir/file tree/hard && chmod 750 tree/dir");
        if (format == "ustar") work.Shell("p=$(printf 'p%.0s' $(seq 90)); mkdir -p tree/$p && echo b > tree/$p/$p && mkfifo tree/pipe && mknod tree/null c 1 3");
        work.Shell($"tar -C tree --numeric-owner --format={format} -cf packed . && mkdir theirs && tar -C theirs --numeric-owner -xpf packed");
        work.Apply(File.ReadAllBytes($"{work.Path}/packed"));
        Assert.Equal(Manifest.Of($"{work.Path}/theirs"), Manifest.Of(work.In));
    }

    [Fact]
    public void Extended_attributes_capabilities_and_acls_of_a_tar_are_set()
    {
        using Workspace work = new();
        byte[] capability = Convert.FromHexString("0100000200040000000000000000000000000000");   // cap_net_bind_service+ep, vfs_cap_data revision 2
        byte[] tar = new TarBuilder()
            .Pax(("SCHILY.xattr.user.note", "two\nlines"), ("SCHILY.acl.access", "user::rw-,user:7:r--,group::r--,mask::r--,other::---"),
                ("SCHILY.xattr.trusted.overlay.redirect", "/etc"), ("SCHILY.xattr.security.capability", System.Text.Encoding.Latin1.GetString(capability)))
            .Entry("file", '0', "x", mode: 0x1A0)
            .Pax(("SCHILY.acl.default", "user::rwx,group::r-x,other::---"))
            .Directory("dir/")
            .File("dir/child")
            .Directory("dir/sub/")
            .End();
        work.Apply(tar);
        using var top = work.OpenIn();
        int fd = (int)top.DangerousGetHandle();
        Assert.Equal("two\nlines"u8.ToArray(), Sampan.Linux.ExtendedAttributes.Get(fd, "file"u8, "user.note"));
        Assert.Equal(capability, Sampan.Linux.ExtendedAttributes.Get(fd, "file"u8, "security.capability"));
        Assert.NotNull(Sampan.Linux.ExtendedAttributes.Get(fd, "file"u8, "system.posix_acl_access"));
        Assert.Null(Sampan.Linux.ExtendedAttributes.Get(fd, "file"u8, "trusted.overlay.redirect"));
        Assert.NotNull(Sampan.Linux.ExtendedAttributes.Get(fd, "dir"u8, "system.posix_acl_default"));
        // What the tar says about the children counts, not what they would inherit.
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode($"{work.In}/dir/child"));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode($"{work.In}/dir/sub"));
        using var dir = Workspace.Open($"{work.In}/dir");
        Assert.Empty(Sampan.Linux.ExtendedAttributes.List((int)dir.DangerousGetHandle(), "child"u8));
        Assert.Empty(Sampan.Linux.ExtendedAttributes.List((int)dir.DangerousGetHandle(), "sub"u8));
    }

    [Fact]
    public void What_we_pack_GNU_tar_unpacks_and_we_unpack()
    {
        using Workspace work = new();
        work.Shell(MakeTree);
        using (FileStream tar = File.Create($"{work.Path}/ours.tar"))
        using (var tree = Workspace.Open($"{work.Path}/tree"))
            LayerWriter.WriteTree(tree, tar, CancellationToken.None);
        work.Shell("mkdir theirs && tar -C theirs --numeric-owner -xpf ours.tar");
        string expected = Manifest.Of($"{work.Path}/tree", hasNanoseconds: false);
        Assert.Equal(expected, Manifest.Of($"{work.Path}/theirs", hasNanoseconds: false));
        work.Apply(File.ReadAllBytes($"{work.Path}/ours.tar"));
        Assert.Equal(expected, Manifest.Of(work.In, hasNanoseconds: false));
    }

    [Fact]
    public void The_same_tree_packs_to_the_same_bytes_wherever_it_lies()
    {
        using Workspace work = new();
        work.Shell(MakeTree);
        work.Shell("cp -a tree copy && touch -a copy/big");
        Assert.Equal(Pack("tree"), Pack("copy"));

        (string, long) Pack(string name)
        {
            using MemoryStream tar = new();
            using var tree = Workspace.Open($"{work.Path}/{name}");
            LayerWritten written = LayerWriter.WriteTree(tree, tar, CancellationToken.None);
            Assert.Equal(Sampan.Specs.Oci.Image.Digest.Of(tar.ToArray()), written.DiffId);
            Assert.Equal(tar.Length, written.TarBytes);
            return (written.DiffId.ToString(), written.TarBytes);
        }
    }

    [Fact]
    public void Golden_bytes_of_a_small_tree()
    {
        using Workspace work = new();
        work.Shell("mkdir -p tree/dir && printf hello > tree/dir/file && ln -s file tree/dir/link && ln tree/dir/file tree/hard && touch -h -d @1700000000 tree/dir/link tree/hard && touch -d @1700000001 tree/dir");
        using MemoryStream tar = new();
        using var tree = Workspace.Open($"{work.Path}/tree");
        LayerWriter.WriteTree(tree, tar, CancellationToken.None);
        File.WriteAllBytes($"{work.Path}/golden.tar", tar.ToArray());
        Assert.Equal("""
            drwxr-xr-x 0/0               0 2023-11-14 22:13:21 dir/
            -rw-r--r-- 0/0               5 2023-11-14 22:13:20 dir/file
            lrwxrwxrwx 0/0               0 2023-11-14 22:13:20 dir/link -> file
            hrw-r--r-- 0/0               0 2023-11-14 22:13:20 hard link to dir/file

            """, work.Shell("TZ=UTC0 tar --numeric-owner --full-time -tvf golden.tar"));
        Assert.Equal("sha256:864d67a94c34ba278e25b03e5b95fa93ab9ca26e783b90c20c8c2a98f789dfaa", Sampan.Specs.Oci.Image.Digest.Of(tar.ToArray()).ToString());
    }
}
