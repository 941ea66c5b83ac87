using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sampan.ShimClient;

namespace Sampan.Shim.Tests.Harness;

/// <summary>A shim of the published program with a busybox container of its own, removed with everything that belongs to it.</summary>
public sealed class TestContainer : IAsyncDisposable
{
    public static readonly CancellationToken Patience = new CancellationTokenSource(TimeSpan.FromMinutes(5)).Token;

    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-shim").FullName;

    private TestContainer(string id) => Id = id;

    public string Id { get; }
    public string Bundle => $"{_folder}/bundle";
    public string LogPath => $"{_folder}/log";
    public string SocketPath => $"{_folder}/s";
    public string AttachSocketPath => ShimLaunchOptions.AttachSocketOf(SocketPath);
    public int ShimPid { get; private set; }
    public int InitPid { get; private set; }
    public TaskClient Client { get; private set; } = null!;
    public string CgroupsPath => $"/sampan-shim-test-{Id}";

    /// <summary>Everything up to Create; nothing runs yet.</summary>
    public static async Task<TestContainer> CreateAsync(IReadOnlyList<string> args, Action<Setup>? configure = null)
    {
        var setup = new Setup();
        configure?.Invoke(setup);
        var container = new TestContainer($"t{Guid.NewGuid():N}"[..13]);
        try
        {
            Rootfs.Make($"{container.Bundle}/rootfs");
            File.WriteAllText($"{container.Bundle}/config.json", container.Config(args, setup).ToJsonString());
            container.ShimPid = ShimLauncher.Launch(new ShimLaunchOptions
            {
                RuntimePath = Checkout.SampanRuntime, Id = container.Id, Bundle = container.Bundle, SocketPath = container.SocketPath,
                Listeners = setup.Listeners,
            });
            await container.ConnectAsync();
            container.InitPid = await container.Client.CreateAsync(new TaskCreateRequest
            {
                Id = container.Id, Bundle = container.Bundle, Terminal = setup.Terminal, Stdin = setup.Stdin, Checkpoint = setup.Checkpoint,
                Stdout = setup.Stdout ?? StdioUri.JsonFile(container.LogPath, setup.MaxSize, setup.MaxFiles),
                Stderr = setup.Terminal ? "" : setup.Stdout ?? StdioUri.JsonFile(container.LogPath, setup.MaxSize, setup.MaxFiles),
            }, Patience);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Created and started.</summary>
    public static async Task<TestContainer> RunAsync(IReadOnlyList<string> args, Action<Setup>? configure = null)
    {
        var container = await CreateAsync(args, configure);
        try
        {
            await container.Client.StartAsync("", Patience);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    public static Task<TestContainer> RunShellAsync(string script, Action<Setup>? configure = null) => RunAsync(["sh", "-c", script], configure);

    public async Task ConnectAsync() => Client = await TaskClient.ConnectAsync(SocketPath, Id, Patience);

    public Task<TaskExit> WaitAsync(string execId = "") => Client.WaitAsync(execId, Patience);

    public Task<AttachStream> AttachAsync(string execId = "", bool stdin = true) =>
        AttachClient.ConnectAsync(AttachSocketPath, new AttachRequest { ExecId = execId, Stdin = stdin, Stdout = true, Stderr = true }, Patience);

    /// <summary>Registers, attaches and starts; returns the stream.</summary>
    public async Task<AttachStream> ExecAsync(string execId, IReadOnlyList<string> args, bool terminal = false)
    {
        await Client.ExecAsync(new TaskExecRequest
        {
            ExecId = execId, Terminal = terminal, Process = Encoding.UTF8.GetBytes(Process(args, terminal).ToJsonString()),
            Stdin = StdioUri.Attach, Stdout = StdioUri.Attach, Stderr = terminal ? "" : StdioUri.Attach,
        }, Patience);
        var stream = await AttachAsync(execId);
        await Client.StartAsync(execId, Patience);
        return stream;
    }

    public IReadOnlyList<(string Stream, string Log)> Logged() => [.. File.ReadAllLines(LogPath)
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Select(e => (e.GetProperty("stream").GetString()!, e.GetProperty("log").GetString()!))];

    /// <summary>Waits until the log has a line with this text.</summary>
    public Task LoggedAsync(string text) => Eventually.TrueAsync(() => File.Exists(LogPath) && File.ReadAllText(LogPath).Contains(text, StringComparison.Ordinal), $"'{text}' in the log");

    public Task ShimGoneAsync() => Eventually.TrueAsync(() => !Directory.Exists($"/proc/{ShimPid}"), "the end of the shim");

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (ShimPid != 0 && Directory.Exists($"/proc/{ShimPid}"))
            {
                // A test may have disposed or lost its client; a new one ends whatever is left.
                await using var last = await TaskClient.ConnectAsync(SocketPath, Id, Patience);
                await IgnoringFaultsAsync(() => last.KillAsync("", 9, all: true, Patience));
                await IgnoringFaultsAsync(() => last.WaitAsync("", Patience));
                await IgnoringFaultsAsync(() => last.DeleteAsync("", Patience));
                await last.ShutdownAsync(Patience);
            }
            if (Client is not null) await Client.DisposeAsync();
        }
        catch (Faults.FaultException)
        {
            // It ended meanwhile.
        }
        if (ShimPid != 0) await ShimGoneAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task IgnoringFaultsAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Faults.FaultException)
        {
            // There may be nothing to kill, wait for or delete.
        }
    }

    private static JsonObject Process(IReadOnlyList<string> args, bool terminal) => new()
    {
        ["terminal"] = terminal, ["cwd"] = "/", ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 },
        ["args"] = new JsonArray([.. args.Select(a => (JsonNode)a)]), ["env"] = new JsonArray("PATH=/bin", "TERM=xterm"),
    };

    private JsonObject Config(IReadOnlyList<string> args, Setup setup)
    {
        JsonArray namespaces = [.. new[] { "mount", "uts", "ipc", "network", "pid" }.Where(n => n != "pid" || !setup.HostPid).Select(n => (JsonNode)new JsonObject { ["type"] = n })];
        return new JsonObject
        {
            ["ociVersion"] = "1.2.0",
            ["process"] = Process(args, setup.Terminal),
            ["root"] = new JsonObject { ["path"] = "rootfs" },
            ["mounts"] = new JsonArray(
                Mount("proc", "/proc", "proc"), Mount("tmpfs", "/dev", "tmpfs", "nosuid", "mode=755"),
                Mount("devpts", "/dev/pts", "devpts", "newinstance", "ptmxmode=0666", "mode=0620"), Mount("tmpfs", "/tmp", "tmpfs")),
            ["linux"] = new JsonObject
            {
                ["cgroupsPath"] = CgroupsPath, ["namespaces"] = namespaces,
                ["resources"] = setup.MemoryLimit is { } limit ? new JsonObject { ["memory"] = new JsonObject { ["limit"] = limit } } : new JsonObject(),
            },
        };
    }

    private static JsonObject Mount(string source, string destination, string type, params string[] options) => new()
    {
        ["source"] = source, ["destination"] = destination, ["type"] = type, ["options"] = new JsonArray([.. options.Select(o => (JsonNode)o)]),
    };

    /// <summary>What one test wants otherwise.</summary>
    public sealed class Setup
    {
    /// <summary>Folder of the images to restore from; empty: the program is started.</summary>
    public string Checkpoint { get; set; } = "";
        public bool Terminal { get; set; }
        public string Stdin { get; set; } = "";
        public string? Stdout { get; set; }
        public long MaxSize { get; set; } = -1;
        public int MaxFiles { get; set; } = 1;
        public long? MemoryLimit { get; set; }
        public bool HostPid { get; set; }
        public IReadOnlyList<PublishedListener> Listeners { get; set; } = [];
    }
}
