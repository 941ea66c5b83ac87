using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;
using Sampan.Runtime;
using Sampan.Shim.Processes;
using Sampan.ShimClient;
using Sampan.Specs.Protobuf;

namespace Sampan.Shim.Containerd;

/// <summary>What containerd runs: <c>start</c> leaves a serving shim behind and prints its address, <c>delete</c> removes what a dead shim left,
/// <c>-info</c> and <c>-v</c> tell who we are. containerd: core/runtime/v2/README.md § Commands</summary>
internal static class ContainerdCommand
{
    private const string RuntimeName = "io.containerd.sampan.v2";
    private const string Serving = "serve";
    private const int TaskSocket = 3;
    private const int MaxSocketName = 32;

    public static void Run(IReadOnlyList<string> arguments)
    {
        var parsed = ContainerdArguments.Parse(arguments);
        if (parsed.Version) Print(Encoding.UTF8.GetBytes($"{ShimProgram.ContainerdName}:\n  Version: {ProgramVersion.Number}\n"));
        else if (parsed.Info) Print(Info());
        else if (parsed.Id.Length == 0 || parsed.Namespace.Length == 0)
            throw new FaultException(FaultKind.InvalidArgument, "shim namespace and id cannot be empty");
        else if (parsed.Action == "start") Start(parsed);
        else if (parsed.Action == "delete") Delete(parsed);
        else if (parsed.Action == Serving) ShimProgram.Serve(ServingOptions(parsed));
        else throw new FaultException(FaultKind.InvalidArgument, $"unknown action '{parsed.Action}': expected start or delete");
    }

    /// <summary>The working directory is the bundle. stdin carries runtime options that come again with Create.</summary>
    private static void Start(ContainerdArguments arguments)
    {
        string bundle = Environment.CurrentDirectory;
        string path = SocketPath(arguments);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var socket = StreamSocket.Listen(path);
        using var log = Files.Open($"{bundle}/shim.log", OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x180 /* 0600 */);
        using var executable = ReadOnlyExecutable.Open("/proc/self/exe"); // CVE-2019-5736
        Spawn.Start(new SpawnOptions
        {
            Path = executable.ProcPath(),
            Arguments =
            [
                ShimProgram.ContainerdName, "-namespace", arguments.Namespace, "-id", arguments.Id, "-address", arguments.Address,
                "-bundle", bundle, Serving,
            ],
            WorkingDirectory = bundle,
            Descriptors = new Dictionary<int, SafeFileHandle> { [2] = log, [TaskSocket] = socket },
            NewSession = true,
            BlockedSignals = [Reaper.SIGCHLD, Reaper.SIGPIPE],
        }).Dispose();
        Files.Replace($"{bundle}/address", Encoding.UTF8.GetBytes($"unix://{path}")); // containerd 1.6 reads it after its restart
        Print(Bootstrap(path));
    }

    private static ShimOptions ServingOptions(ContainerdArguments arguments) => new()
    {
        Id = arguments.Id,
        Bundle = arguments.Bundle,
        TaskSocket = new SafeFileHandle(TaskSocket, ownsHandle: true),
        Events = new EventService(Environment.GetEnvironmentVariable("TTRPC_ADDRESS") ?? $"{arguments.Address}.ttrpc", arguments.Namespace),
    };

    /// <summary>The shim of this bundle is dead: ends and removes the container, and reports its end to containerd on stdout.</summary>
    private static void Delete(ContainerdArguments arguments)
    {
        string bundle = arguments.Bundle.Length > 0 ? arguments.Bundle : Environment.CurrentDirectory;
        try
        {
            using var container = new ContainerRuntime(ContainerTask.StateRoot(bundle)).Open(arguments.Id);
            container.Delete(force: true);
        }
        catch (FaultException e) when (e.Kind == FaultKind.NotFound)
        {
            // It was removed before its shim died.
        }
        Files.TryUnlink(SocketPath(arguments));
        var record = ExitRecord.Read(bundle);
        const int killed = 128 + 9;
        var writer = new ProtobufWriter();
        new TaskExit { ExitStatus = record?.ExitStatus ?? killed, ExitedAt = record?.ExitedAt ?? DateTimeOffset.UtcNow }.WriteDelete(writer);
        Print(writer.Written);
    }

    // containerd.runtime.v2.RuntimeInfo: name 1, version 2 {version 1}
    private static ReadOnlySpan<byte> Info()
    {
        var writer = new ProtobufWriter();
        writer.String(1, RuntimeName);
        int version = writer.Begin(2);
        writer.String(1, ProgramVersion.Number);
        writer.End(version);
        return writer.Written;
    }

    // Newer daemons say what they understand; older ones take the bare address. containerd: core/runtime/v2/README.md § Bootstrap protocol
    private static byte[] Bootstrap(string path)
    {
        bool json = int.TryParse(Environment.GetEnvironmentVariable("MAX_SHIM_VERSION"), out int version) && version >= 2;
        return Encoding.UTF8.GetBytes(json ? $"{{\"version\":{Math.Min(version, 3)},\"address\":\"unix://{path}\",\"protocol\":\"ttrpc\"}}" : $"unix://{path}");
    }

    /// <summary>One address for one container of one containerd, short enough for sun_path.</summary>
    private static string SocketPath(ContainerdArguments arguments)
    {
        byte[] hash = Sha256.Hash(Encoding.UTF8.GetBytes($"{arguments.Address}/{arguments.Namespace}/{arguments.Id}"));
        return $"/run/containerd/s/{Convert.ToHexStringLower(hash)[..MaxSocketName]}";
    }

    private static void Print(ReadOnlySpan<byte> bytes)
    {
        using var stdout = new SafeFileHandle(1, ownsHandle: false);
        Files.WriteAll(stdout, bytes, "stdout");
    }
}
