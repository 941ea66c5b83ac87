using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class NetDeviceTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_network_device_moves_in_with_its_new_name_and_its_addresses()
    {
        Bundle bundle = new(_host);
        bundle.Linux["netDevices"] = new JsonObject { ["spare0"] = new JsonObject { ["name"] = "inside0" }, ["spare1"] = new JsonObject() };
        bundle.Process["args"] = new JsonArray("sh", "-c", "/bin/busybox ip -o addr; /bin/busybox ip -o link show inside0 | grep -c 'UP'");
        Outcome outcome = RuntimeProgramHost.Execute("unshare", ["-n", "sh", "-c",
            "ip link add spare0 type veth peer name spare1 && ip addr add 10.9.8.7/24 dev spare0 && ip addr add fd00::7/64 dev spare0 && ip link set spare0 up && "
            + $"{RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id} && ip -o link | wc -l"]);
        string output = RuntimeProgramHost.Succeed(outcome);
        Assert.Matches(@"inside0\s+inet 10\.9\.8\.7/24", output);
        Assert.Matches(@"inside0\s+inet6 fd00::7/64 scope global", output);
        Assert.EndsWith("1\n1\n", output);   // up; and only lo is left outside
    }

    [Fact]
    public void A_network_device_moves_into_a_namespace_that_the_container_joins_by_path()
    {
        Bundle bundle = new(_host);
        bundle.RemoveNamespace("network");
        bundle.Namespaces.Add(new JsonObject { ["type"] = "network", ["path"] = $"{_host.Folder}/net" });
        bundle.Linux["netDevices"] = new JsonObject { ["spare0"] = new JsonObject() };
        bundle.Process["args"] = new JsonArray("/bin/busybox", "ip", "-o", "addr", "show", "spare0");
        Outcome outcome = RuntimeProgramHost.Execute("unshare", ["-n", "-m", "sh", "-c",
            $"touch {_host.Folder}/net && unshare -n mount --bind /proc/self/ns/net {_host.Folder}/net && ip link add spare0 type veth peer name spare1 && ip addr add 10.9.8.7/32 dev spare0 && "
            + $"{RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}; code=$?; umount {_host.Folder}/net; exit $code"]);
        Assert.Matches(@"spare0\s+inet 10\.9\.8\.7/32", RuntimeProgramHost.Succeed(outcome));
    }
}
