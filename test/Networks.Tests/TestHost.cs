using System.Diagnostics;
using System.Net;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging.Abstractions;
using Sampan.Linux;

namespace Sampan.Networks.Tests;

/// <summary>A machine of its own: a network namespace on a thread of its own, with a state directory. Programs that it starts are in that namespace too.</summary>
internal sealed class TestHost : IDisposable
{
    private readonly List<Process> _servers = [];
    private readonly string _root = Directory.CreateTempSubdirectory("sampan-networks-").FullName;

    private TestHost()
    {
    }

    public string StateDirectory => Path.Combine(_root, "networks");

    public static void Run(Action<TestHost> test)
    {
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Namespaces.Unshare(NamespaceKinds.Network);
                using TestHost host = new();
                host.Do("ip", "link", "set", "lo", "up");
                test(host);
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    public NetworkManager Manager(Func<NetworkOptions, NetworkOptions>? change = null)
    {
        NetworkOptions options = new() { StateDirectory = StateDirectory };
        return new NetworkManager(change?.Invoke(options) ?? options, NullLogger.Instance);
    }

    /// <summary>A container: its lease and its namespace.</summary>
    public (EndpointLease Lease, NetworkSandbox Sandbox) Connect(NetworkManager manager, string name, params PortRequest[] ports)
    {
        EndpointLease lease = manager.Reserve(Request(name, ports));
        NetworkSandbox sandbox = manager.CreateSandbox();
        manager.Connect(lease, sandbox);
        return (lease, sandbox);
    }

    public static EndpointRequest Request(string name, params PortRequest[] ports)
        => new() { ContainerId = name.PadRight(64, '0'), ContainerName = name, Network = "bridge", Ports = ports };

    /// <summary>Another machine at the end of a wire: 10.9.0.2, this one is 10.9.0.1.</summary>
    public NetworkSandbox Neighbour(NetworkManager manager)
    {
        NetworkSandbox neighbour = manager.CreateSandbox();
        Do("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1");
        Do("ip", "link", "set", "wire1", "netns", neighbour.Path);
        Do("ip", "addr", "add", "10.9.0.1/24", "dev", "wire0");
        Do("ip", "link", "set", "wire0", "up");
        In(neighbour, "ip", "addr", "add", "10.9.0.2/24", "dev", "wire1");
        In(neighbour, "ip", "link", "set", "wire1", "up");
        return neighbour;
    }

    /// <summary>A server that sends one line with the client's address to whoever connects.</summary>
    public void Serve(NetworkSandbox? sandbox, string listen)
    {
        Process server = Start(sandbox, "socat", listen, "SYSTEM:echo hello $SOCAT_PEERADDR");
        _servers.Add(server);
        string port = listen.Split(':')[1].Split(',')[0];
        string flag = listen.StartsWith("UDP", StringComparison.Ordinal) ? "-lunH" : "-ltnH";
        for (int i = 0; i < 500; i++)
        {
            if (Ask(sandbox, "ss", flag, $"sport = :{port}").Output.Length > 0) return;
            Thread.Sleep(10);
        }
        throw new InvalidOperationException($"{listen} did not come up");
    }

    /// <summary>A listener of this process inside the namespace.</summary>
    public System.Net.Sockets.TcpListener Listen(NetworkSandbox sandbox, int port)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle home = Namespaces.Current(NamespaceKinds.Network);
        Namespaces.Enter(sandbox.Handle, NamespaceKinds.Network, "sandbox");
        try
        {
            System.Net.Sockets.TcpListener listener = new(IPAddress.Any, port);
            listener.Start();
            return listener;
        }
        finally
        {
            Namespaces.Enter(home, NamespaceKinds.Network, "home");
        }
    }

    /// <summary>What a TCP server answers; empty when nobody does.</summary>
    public string Fetch(NetworkSandbox? sandbox, string address, int port)
        => Ask(sandbox, "socat", "-T", "3", "-", $"TCP:{address}:{port},connect-timeout=2").Output.Trim();

    public string FetchUdp(NetworkSandbox? sandbox, string address, int port)
    {
        // socat waits half a second for the answer; who gets none asks again, as clients of UDP do.
        string answer = "";
        for (int i = 0; i < 5 && answer.Length == 0; i++) answer = Ask(sandbox, "sh", "-c", $"echo x | socat -T 2 - UDP:{address}:{port}").Output.Trim();
        return answer;
    }

    public string Do(string program, params string[] arguments) => Check(Ask(null, program, arguments), program, arguments);

    public string In(NetworkSandbox sandbox, string program, params string[] arguments) => Check(Ask(sandbox, program, arguments), program, arguments);

    public (int ExitCode, string Output, string Error) Ask(NetworkSandbox? sandbox, string program, params string[] arguments)
    {
        using Process process = Start(sandbox, program, arguments);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public void Dispose()
    {
        foreach (Process server in _servers)
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
            server.Dispose();
        }
        Directory.Delete(_root, recursive: true);
    }

    private static string Check((int ExitCode, string Output, string Error) result, string program, string[] arguments)
        => result.ExitCode == 0 ? result.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {result.ExitCode}: {result.Error}");

    private static Process Start(NetworkSandbox? sandbox, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(sandbox is null ? program : "nsenter") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (sandbox is not null)
        {
            start.ArgumentList.Add($"--net={sandbox.Path}");
            start.ArgumentList.Add(program);
        }
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
