using System.Diagnostics;

namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>A machine of its own for one engine: network, mount and pid namespaces, a folder for all its files. When it is disposed,
/// or when the test process dies (its init reads our pipe), everything in it ends.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly Process _unshare;
    private readonly int _init;

    private TestHost(Process unshare, int init, string folder) => (_unshare, _init, Folder) = (unshare, init, folder);

    /// <summary>Absolute and short: socket paths below it must fit sun_path (108 bytes).</summary>
    public string Folder { get; }

    public int InitPid => _init;

    public static async Task<TestHost> CreateAsync()
    {
        string folder = Directory.CreateTempSubdirectory("sampan-").FullName;
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Process unshare = Command.Start(["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--propagation", "private",
            "sh", "-c", "ip link set lo up; echo up; while read -r line; do :; done"]);
        string? up = await unshare.StandardOutput.ReadLineAsync();
        Assert.Equal("up", up);
        int init = int.Parse(File.ReadAllText($"/proc/{unshare.Id}/task/{unshare.Id}/children").Trim());
        return new TestHost(unshare, init, folder);
    }

    public string[] Inside(params IEnumerable<string> argv) =>
        ["nsenter", "--target", _init.ToString(), "--net", "--mount", "--pid", "--", .. argv];

    public Task<CommandResult> RunAsync(params IEnumerable<string> argv) => Command.RunAsync(Inside(argv));

    public Task<CommandResult> ShellAsync(string script) => RunAsync("sh", "-c", script);

    public async ValueTask DisposeAsync()
    {
        _unshare.StandardInput.Close();
        await _unshare.WaitForExitAsync();
        _unshare.Dispose();
        try { Directory.Delete(Folder, recursive: true); }
        catch (UnauthorizedAccessException) { await Command.RunAsync(["rm", "-rf", Folder]); }
        catch (IOException) { await Command.RunAsync(["rm", "-rf", Folder]); }
    }
}
