using System.Diagnostics;

namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>Debian's docker-registry on the loopback of a test host, plain HTTP.</summary>
public sealed class Registry(TestHost host, int port) : IAsyncDisposable
{
    private Process? _process;

    public string Name => $"127.0.0.1:{port}";

    public async Task StartAsync()
    {
        string storage = Path.Combine(host.Folder, $"registry-{port}"), config = storage + ".yml";
        await File.WriteAllTextAsync(config, $"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}\nhttp: {{addr: '{Name}'}}\n");
        _process = Command.Start(host.Inside("docker-registry", "serve", config));
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (int i = 0; i < 500; i++)
        {
            if ((await host.RunAsync("curl", "-sf", $"http://{Name}/v2/")).ExitCode == 0) return;
            await Task.Delay(20);
        }
        throw new TimeoutException("docker-registry did not answer in 10 s");
    }

    /// <summary>Pushes a fixture with skopeo, as an OCI manifest or as Docker's schema 2.</summary>
    public async Task PushAsync(string fixture, string repository, bool dockerSchema2 = false) =>
        (await host.RunAsync("skopeo", "copy", "-q", "--dest-tls-verify=false", "--format", dockerSchema2 ? "v2s2" : "oci",
            $"oci:{Repository.Fixtures}/{fixture}.oci:latest", $"docker://{Name}/{repository}")).Succeeded();

    public ValueTask DisposeAsync()
    {
        // Ends with its host's pid namespace; only the handle is ours.
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }
}
