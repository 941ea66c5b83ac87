using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Bench.StartStress;

/// <summary>What is stressed.</summary>
internal enum StressKind { Starts, Execs, Kills }

/// <summary>The runtime as a program, each of its commands killed at a random moment; afterwards nothing of the container may be left.</summary>
internal sealed class KilledRuntime(string folder)
{
    private const int SIGKILL = 9, ShortMicroseconds = 8000, LongMicroseconds = 40_000;   // a quiet machine's commands, and a busy one's
    private readonly string _program = Path.Combine(Environment.GetEnvironmentVariable("SAMPAN_OUT") ?? "out", "sampan-runtime");
    private readonly string _root = $"{folder}/program-state";

    /// <exception cref="FaultException">Something is left, or `delete --force` failed.</exception>
    public void Strike(string id)
    {
        string bundle = Directory.CreateDirectory($"{folder}/{id}").FullName;
        RuntimeSpec spec = StressRun.Spec(id, Random.Shared.Next(2) == 0 ? ["/bin/true"] : ["/bin/sleep", "100000"]);
        File.WriteAllBytes($"{bundle}/config.json", JsonSerializer.SerializeToUtf8Bytes(spec with { Root = spec.Root! with { Path = $"{folder}/rootfs" } }, RuntimeSpecJson.Default.RuntimeSpec));
        if (Random.Shared.Next(2) == 0) Kill("run", "--detach", "--bundle", bundle, id);
        else Kill("create", "--bundle", bundle, id);
        if (Directory.Exists($"{_root}/{id}"))
        {
            Kill("start", id);
            Kill("exec", id, "/bin/true");
            Kill("kill", id, "TERM");
            Kill("delete", "--force", id);
        }
        string? error = Run("delete", "--force", id);
        Directory.Delete(bundle, recursive: true);
        if (error is not null) throw new FaultException(FaultKind.Internal, $"'{id}' cannot be deleted: {error}");
        if (Directory.Exists($"{_root}/{id}")) throw new FaultException(FaultKind.Internal, $"the state of '{id}' is left");
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup"))
            if (Directory.Exists($"{hierarchy}/sampan-stress/{id}")) throw new FaultException(FaultKind.Internal, $"the cgroup of '{id}' is left in '{hierarchy}'");
    }

    private void Kill(params IReadOnlyList<string> arguments)
    {
        using ChildProcess process = Start(arguments, null);
        long until = System.Diagnostics.Stopwatch.GetTimestamp() + (Random.Shared.Next(Random.Shared.Next(2) == 0 ? ShortMicroseconds : LongMicroseconds) * (System.Diagnostics.Stopwatch.Frequency / 1_000_000));
        while (System.Diagnostics.Stopwatch.GetTimestamp() < until) Thread.Sleep(0);
        process.Signal(SIGKILL);
        process.Wait();
    }

    private string? Run(params IReadOnlyList<string> arguments)
    {
        var (reader, writer) = Files.Pipe();
        using (reader)
        {
            ChildProcess process;
            using (writer) process = Start(arguments, writer);
            using (process)
            {
                string error = System.Text.Encoding.UTF8.GetString(Files.ReadAll(reader, "standard error"));
                return process.Wait().ShellCode == 0 ? null : error;
            }
        }
    }

    private ChildProcess Start(IReadOnlyList<string> arguments, SafeFileHandle? error) => Spawn.Start(new SpawnOptions
    {
        Path = _program,
        Arguments = ["sampan-runtime", "--root", _root, .. arguments],
        Descriptors = error is null ? new Dictionary<int, SafeFileHandle>() : new Dictionary<int, SafeFileHandle> { [2] = error },
    });
}
