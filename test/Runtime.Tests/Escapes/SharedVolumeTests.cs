using System.Runtime.InteropServices;

namespace Sampan.Runtime.Tests.Escapes;

/// <summary>Somebody with the same volume exchanges directories for links while the runtime mounts there.</summary>
public sealed partial class SharedVolumeTests : IDisposable
{
    private const int Runs = 25;
    private readonly RuntimeProgramHost _host = new();
    private readonly string _volume, _outside;

    public SharedVolumeTests()
    {
        _volume = Directory.CreateDirectory($"{_host.Folder}/volume").FullName;
        _outside = Directory.CreateDirectory($"{_host.Folder}/outside").FullName;
        Directory.CreateDirectory($"{_volume}/place");
        Directory.CreateSymbolicLink($"{_volume}/link", _outside);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void CVE_2021_30465_a_directory_exchanged_for_a_link_leads_no_mount_out()
    {
        WhileExchanging(() =>
        {
            Outcome outcome = _host.RunScript("true", bundle =>
            {
                bundle.Mount("/volume", "bind", _volume, "bind");
                bundle.Mount("/volume/place/made/here", "tmpfs", "tmpfs");
            });
            // It may be refused when caught in between; what it may not is leave the root.
            Assert.True(outcome.ExitCode == 0 || outcome.Error.Length > 0);
        });
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Fact]
    public void CVE_2024_45310_no_empty_file_or_directory_is_made_outside()
    {
        File.WriteAllText($"{_host.Folder}/file", "x");
        WhileExchanging(() => _host.RunScript("true", bundle =>
        {
            bundle.Mount("/volume", "bind", _volume, "bind");
            bundle.Mount("/volume/place/made-file", "bind", $"{_host.Folder}/file", "bind");
            bundle.Mount("/volume/place/made-directory", "bind", _volume, "bind");
        }));
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/../../../../../../../..")]
    public void CVE_2019_18837_a_dangling_link_has_its_target_made_inside(string climb)
    {
        string name = $"made-{Guid.NewGuid():N}";
        File.CreateSymbolicLink($"{_host.Rootfs}/dangling", $"{climb}/{name}/file");
        File.WriteAllText($"{_host.Folder}/file", "x");
        RuntimeProgramHost.Succeed(_host.RunScript($"test -f /{name}/file", bundle => bundle.Mount("/dangling", "bind", $"{_host.Folder}/file", "bind")));
        Assert.False(Directory.Exists($"/{name}"));
    }

    [Fact]
    public void CVE_2024_1753_a_link_of_the_image_as_mount_source_is_not_what_a_mount_takes()
    {
        // The source is the host's path and resolves there; the image's own link of that name plays no part.
        Directory.CreateDirectory($"{_host.Rootfs}{_outside}");
        Directory.Delete($"{_host.Rootfs}{_outside}");
        Directory.CreateSymbolicLink($"{_host.Rootfs}{_outside}", "/etc");
        File.WriteAllText($"{_outside}/mine", "mine");
        Assert.Equal("mine", RuntimeProgramHost.Succeed(_host.RunScript("cat /data/mine", bundle => bundle.Mount("/data", "bind", _outside, "bind"))));
    }

    private void WhileExchanging(Action run)
    {
        using CancellationTokenSource stop = new();
        Thread exchanger = new(() =>
        {
            const uint RENAME_EXCHANGE = 2;
            while (!stop.IsCancellationRequested) Assert.Equal(0, renameat2(-100, $"{_volume}/place", -100, $"{_volume}/link", RENAME_EXCHANGE));
        });
        exchanger.Start();
        try
        {
            for (int i = 0; i < Runs; i++) run();
        }
        finally
        {
            stop.Cancel();
            exchanger.Join();
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(int olddirfd, string oldpath, int newdirfd, string newpath, uint flags);
}
