using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers.Tests;

public sealed class WhiteoutTests
{
    private static readonly byte[] Upper = new TarBuilder()
        .Directory("dir/").File("dir/.wh.gone", "").File("dir/new", "new")
        .Directory("opaque/").File("opaque/.wh..wh..opq", "").File("opaque/kept", "2")
        .File(".wh.tree", "")
        .File(".wh..wh.plnk/123", "")
        .End();

    private static readonly byte[] Lower = new TarBuilder()
        .Directory("dir/").File("dir/gone").File("dir/stays", "stays")
        .Directory("opaque/").File("opaque/hidden").File("opaque/kept", "1")
        .Directory("tree/").File("tree/leaf")
        .End();

    [Fact]
    public void In_overlay_form_a_mount_of_the_layers_shows_what_is_left()
    {
        using Workspace work = new();
        work.Apply(Upper);
        Directory.CreateDirectory($"{work.Out}/lower");
        using (SafeFileHandle lower = Workspace.Open($"{work.Out}/lower"))
            LayerReader.Apply(new MemoryStream(Lower), lower, new ApplyOptions(), CancellationToken.None);
        using SafeFileHandle mount = OverlayMount.Create([$"lowerdir={work.In}:{work.Out}/lower"], MountAttribute.ReadOnly);
        using SafeFileHandle root = Files.OpenAt(mount, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        Assert.Equal(["dir", "dir/new", "dir/stays", "opaque", "opaque/kept"], Names(root.ProcPath()));
        Assert.Equal("2", File.ReadAllText($"{root.ProcPath()}/opaque/kept"));
    }

    [Fact]
    public void Files_that_would_delete_in_a_layer_are_left_out_of_it()
    {
        using Workspace work = new();
        Directory.CreateDirectory($"{work.In}/.wh.folder");
        foreach (string name in (string[])[".wh..wh..opq", ".wh.victim", ".wh.folder/inside", "own"]) File.WriteAllText($"{work.In}/{name}", "");
        using SafeFileHandle own = Workspace.Open(work.In), nothing = Workspace.Open(work.Out);
        foreach (Action<Stream> write in (Action<Stream>[])[tar => LayerWriter.WriteChanges(own, WhiteoutForm.Overlay, tar, CancellationToken.None),
            tar => LayerWriter.WriteDifference(nothing, own, tar, CancellationToken.None)])
        {
            MemoryStream tar = new();
            write(tar);
            tar.Position = 0;
            Assert.Equal("own", new ArchiveReader(tar, 100, CancellationToken.None).Read()!.Name);
        }
    }

    [Fact]
    public void In_delete_form_the_parents_files_go()
    {
        using Workspace work = new();
        work.Apply(Lower, WhiteoutForm.Delete);
        work.Apply(Upper, WhiteoutForm.Delete);
        Assert.Equal(["dir", "dir/new", "dir/stays", "opaque", "opaque/kept"], Names(work.In));
    }

    [Fact]
    public void An_opaque_whiteout_behind_its_siblings_spares_them()
    {
        using Workspace work = new();
        work.Apply(Lower, WhiteoutForm.Delete);
        work.Apply(new TarBuilder().Directory("opaque/").File("opaque/own").File("opaque/.wh..wh..opq", "").End(), WhiteoutForm.Delete);
        Assert.Equal(["opaque", "opaque/own"], Names(work.In).Where(static name => name.StartsWith("opaque", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_directory_removed_and_made_again_in_one_layer_hides_the_old_content(bool isWhiteoutFirst)
    {
        using Workspace work = new();
        TarBuilder tar = new();
        if (isWhiteoutFirst) tar.File(".wh.tree", "");
        tar.Directory("tree/").File("tree/own");
        if (!isWhiteoutFirst) tar.File(".wh.tree", "");
        work.Apply(tar.End());
        using SafeFileHandle top = work.OpenIn();
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(top.Fd(), "tree"u8, "trusted.overlay.opaque"));
        Assert.True(File.Exists($"{work.In}/tree/own"));
    }

    [Fact]
    public void A_file_under_a_whiteout_of_its_directory_makes_the_directory_again()
    {
        using Workspace work = new();
        work.Apply(new TarBuilder().File(".wh.tree", "").File("tree/own").End());
        using SafeFileHandle top = work.OpenIn();
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(top.Fd(), "tree"u8, "trusted.overlay.opaque"));
        Assert.True(File.Exists($"{work.In}/tree/own"));
    }

    [Theory]
    [InlineData(".wh.")]
    [InlineData("dir/.wh..")]
    [InlineData("dir/.wh...")]
    public void A_whiteout_without_a_name_is_refused(string name)
    {
        using Workspace work = new();
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => work.Apply(new TarBuilder().File(name, "").End())).Kind);
    }

    [Fact]
    public void Changes_of_an_upper_directory_go_out_in_oci_form_and_come_back()
    {
        using Workspace work = new();
        work.Apply(Upper);
        using MemoryStream tar = new();
        using (SafeFileHandle upper = work.OpenIn()) LayerWriter.WriteChanges(upper, WhiteoutForm.Overlay, tar, CancellationToken.None);
        File.WriteAllBytes($"{work.Path}/changes.tar", tar.ToArray());
        Assert.Equal([".wh.tree", "dir/", "dir/.wh.gone", "dir/new", "opaque/", "opaque/.wh..wh..opq", "opaque/kept"],
            work.Shell("tar -tf changes.tar").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        using Workspace again = new();
        again.Apply(tar.ToArray());
        // Whiteouts have no time of their own in a layer.
        Assert.Equal(WithoutDevices(work.In), WithoutDevices(again.In));

        static IEnumerable<string> WithoutDevices(string path) => Manifest.Of(path).Split('\n').Where(static line => !line.StartsWith("CharacterDevice", StringComparison.Ordinal));
    }

    [Fact]
    public void The_difference_of_two_trees_turns_one_into_the_other()
    {
        using Workspace work = new();
        work.Shell("""
            mkdir -p a/same a/gone/deep a/mod; echo 1 > a/same/f; echo 2 > a/gone/deep/f; echo 3 > a/mod/f; ln -s x a/link; cp -a a b
            rm -r b/gone b/link; mkdir b/link; echo 4 > b/link/f; echo 33 > b/mod/f; mkdir b/new; mkfifo b/new/pipe; chmod 700 b/same
            """);
        using MemoryStream tar = new();
        using (SafeFileHandle a = Workspace.Open($"{work.Path}/a"), b = Workspace.Open($"{work.Path}/b"))
        {
            LayerWriter.WriteDifference(a, b, tar, CancellationToken.None);
            LayerReader.Apply(new MemoryStream(tar.ToArray()), a, new ApplyOptions { Whiteouts = WhiteoutForm.Delete }, CancellationToken.None);
        }
        Assert.Equal(Manifest.Of($"{work.Path}/b", hasNanoseconds: false), Manifest.Of($"{work.Path}/a", hasNanoseconds: false));
        File.WriteAllBytes($"{work.Path}/d.tar", tar.ToArray());
        Assert.DoesNotContain("same/f", work.Shell("tar -tf d.tar"));
    }

    private static IEnumerable<string> Names(string path) => Directory.GetFileSystemEntries(path, "*", SearchOption.AllDirectories)
        .Select(name => System.IO.Path.GetRelativePath(path, name)).Order(StringComparer.Ordinal);
}
