using System.Diagnostics;

namespace Sampan.Bench.SideBySide.Images;

/// <summary>Engines, registries and the large image for the images section, all in one folder and one network namespace: what is measured has no network of its own.</summary>
public sealed class ImageWorkspace : IDisposable
{
    private const int PullPort = 5000, SampanPort = 5001, SkopeoPort = 5002;
    private readonly List<Process> _daemons = [];

    private ImageWorkspace(string folder, string output) => (Folder, Out) = (folder, output);

    public string Folder { get; }
    public string Out { get; }
    public string Layout => $"{Out}/fixtures/large.oci";
    public string Reference => $"127.0.0.1:{PullPort}/large:latest";
    public string PushReference => $"127.0.0.1:{SampanPort}/large:latest";
    public string SkopeoReference => $"127.0.0.1:{SkopeoPort}/large:latest";
    public int SampanPid { get; private set; }

    /// <summary>Command line prefixes, so that a subcommand can follow.</summary>
    public string Sampan => $"docker -H unix://{Folder}/sampan.sock";
    public string Docker => $"docker -H unix://{Folder}/docker.sock";
    public string Ctr => $"ctr -a {Folder}/containerd.sock";
    public string Podman => $"podman --root {Folder}/podman --runroot {Folder}/podman-run --storage-driver overlay";

    /// <summary>The files of the image's layers, base first.</summary>
    public IReadOnlyList<string> Blobs { get; private set; } = [];

    public static ImageWorkspace Create()
    {
        string output = Environment.GetEnvironmentVariable("SAMPAN_OUT") ?? throw new InvalidOperationException("run eng/bench: SAMPAN_OUT names the built programs");
        var workspace = new ImageWorkspace(Directory.CreateTempSubdirectory("sampan-images-").FullName, output);
        workspace.Start();
        return workspace;
    }

    public string Sh(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-ec", script]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"'{script}' exited {process.ExitCode}: {error.Result}");
    }

    /// <summary>Empties the registry that is pushed to.</summary>
    public void Forget(string reference) => Sh($"rm -rf {RegistryFolder(int.Parse(reference.Split(':', '/')[1]))}/*; sync");

    private void Start()
    {
        foreach (int port in (int[])[PullPort, SampanPort, SkopeoPort])
        {
            Directory.CreateDirectory(RegistryFolder(port));
            File.WriteAllText($"{Folder}/registry-{port}.yml", $"""
                version: 0.1
                log:
                  level: error
                storage:
                  filesystem:
                    rootdirectory: {RegistryFolder(port)}
                http:
                  addr: 127.0.0.1:{port}
                """);
            Launch("docker-registry", "serve", $"{Folder}/registry-{port}.yml");
        }
        File.WriteAllText($"{Folder}/containerd.toml", $"""
            version = 2
            root = "{Folder}/containerd/root"
            state = "{Folder}/containerd/state"
            [grpc]
              address = "{Folder}/containerd.sock"
            [plugins."io.containerd.internal.v1.opt"]
              path = "{Folder}/containerd/opt"
            """);
        Launch("containerd", "-c", $"{Folder}/containerd.toml");
        Launch("dockerd", "-H", $"unix://{Folder}/docker.sock", "--data-root", $"{Folder}/docker", "--exec-root", $"{Folder}/docker-run", "--pidfile", $"{Folder}/docker.pid", "--bridge", "none", "--iptables=false");
        SampanPid = Launch($"{Out}/sampan", "daemon", "-H", $"unix://{Folder}/sampan.sock", "--data-root", $"{Folder}/sampan", "--exec-root", $"{Folder}/sampan-run", "--pidfile", $"{Folder}/sampan.pid");
        Sh($"for i in $(seq 300); do {Sampan} version && {Docker} version && {Ctr} version && curl -sf 127.0.0.1:{PullPort}/v2/ && exit 0; sleep 0.1; done; exit 1");
        Sh($"skopeo copy -q --dest-tls-verify=false oci:{Layout}:latest docker://{Reference}");
        Blobs = [.. Sh($"jq -r '.manifests[0].digest' {Layout}/index.json | cut -d: -f2 | xargs -I M jq -r '.layers[].digest' {Layout}/blobs/sha256/M | cut -d: -f2")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(hex => $"{Layout}/blobs/sha256/{hex}")];
    }

    private string RegistryFolder(int port) => $"{Folder}/registry-{port}";

    private int Launch(string program, params string[] arguments)
    {
        Process daemon = Process.Start(new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" > $log 2>&1", "sh", $"{Folder}/{Path.GetFileName(program)}.log", program, .. arguments]))!;
        _daemons.Add(daemon);
        return daemon.Id;
    }

    public void Dispose()
    {
        foreach (Process daemon in Enumerable.Reverse(_daemons))
        {
            using (Process.Start("kill", ["-TERM", daemon.Id.ToString()])!) { }
            daemon.WaitForExit(15000);
            daemon.Dispose();
        }
        using Process remove = Process.Start("sh", ["-c", $"umount {Folder}/*/overlay 2> /dev/null; rm -rf {Folder}"])!;
        remove.WaitForExit();
    }
}
