using System.Net;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Networks.Tests;

public sealed class BridgeTests
{
    private static readonly PortRequest Web = new(80, PortProtocol.Tcp, HostPort: 8088);

    [Fact]
    public void A_container_gets_docker_s_first_address_and_reaches_its_gateway_and_the_world() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        (EndpointLease lease, NetworkSandbox sandbox) = host.Connect(manager, "c1");
        using NetworkSandbox neighbour = host.Neighbour(manager);

        Assert.Equal(("172.17.0.2", 16, "172.17.0.1", "02:42:ac:11:00:02"), (lease.Address!.ToString(), lease.PrefixLength, lease.Gateway!.ToString(), lease.MacAddress));
        using JsonDocument link = JsonDocument.Parse(host.In(sandbox, "ip", "-j", "addr", "show", "eth0"));
        JsonElement eth0 = link.RootElement[0];
        Assert.Equal("02:42:ac:11:00:02", eth0.GetProperty("address").GetString());
        Assert.Equal("UP", eth0.GetProperty("operstate").GetString());
        JsonElement address = Assert.Single(eth0.GetProperty("addr_info").EnumerateArray());   // and no IPv6 one
        Assert.Equal(("172.17.0.2", 16, "172.17.255.255"), (address.GetProperty("local").GetString(), address.GetProperty("prefixlen").GetInt32(), address.GetProperty("broadcast").GetString()));
        Assert.StartsWith("default via 172.17.0.1 dev eth0", host.In(sandbox, "ip", "route", "show", "default"));
        Assert.Contains("127.0.0.1/8", host.In(sandbox, "ip", "addr", "show", "lo"));
        host.In(sandbox, "ping", "-c1", "-W2", "172.17.0.1");
        host.In(sandbox, "ping", "-c1", "-W2", "10.9.0.2");   // masqueraded: the neighbour knows no way to 172.17/16
        sandbox.Dispose();
    });

    [Fact]
    public void Containers_reach_each_other() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        (_, NetworkSandbox one) = host.Connect(manager, "c1");
        (EndpointLease second, NetworkSandbox two) = host.Connect(manager, "c2");
        Assert.Equal("172.17.0.3", second.Address!.ToString());
        host.In(one, "ping", "-c1", "-W2", "172.17.0.3");
        one.Dispose();
        two.Dispose();
    });

    [Fact]
    public void A_published_port_answers_from_everywhere() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        (EndpointLease lease, NetworkSandbox sandbox) = host.Connect(manager, "c1", Web);
        (_, NetworkSandbox other) = host.Connect(manager, "c2");
        using NetworkSandbox neighbour = host.Neighbour(manager);
        host.Serve(sandbox, "TCP-LISTEN:80,fork,reuseaddr");

        Assert.Equal(["0.0.0.0:8088", "[::]:8088"], lease.Ports.Select(p => new IPEndPoint(p.HostAddress, p.HostPort).ToString()));
        Assert.All(lease.Ports, port => Assert.NotNull(port.Socket));
        Assert.Equal("hello 172.17.0.1", host.Fetch(null, "127.0.0.1", 8088));
        Assert.StartsWith("hello", host.Fetch(null, "10.9.0.1", 8088));
        Assert.Equal("hello 10.9.0.2", host.Fetch(neighbour, "10.9.0.1", 8088));   // the container sees who asks
        Assert.StartsWith("hello", host.Fetch(other, "172.17.0.1", 8088));
        Assert.StartsWith("hello", host.Fetch(other, "10.9.0.1", 8088));
        Assert.StartsWith("hello", host.Fetch(sandbox, "172.17.0.1", 8088));       // its own port by the host
        sandbox.Dispose();
        other.Dispose();
    });

    [Fact]
    public void A_udp_port_answers_and_a_port_on_one_address_answers_there_only() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        (EndpointLease lease, NetworkSandbox sandbox) = host.Connect(manager, "c1",
            new PortRequest(53, PortProtocol.Udp, HostPort: 5300), new PortRequest(80, PortProtocol.Tcp, IPAddress.Loopback, 8088));
        using NetworkSandbox neighbour = host.Neighbour(manager);
        host.Serve(sandbox, "TCP-LISTEN:80,fork,reuseaddr");
        host.Serve(sandbox, "UDP4-RECVFROM:53,fork");

        Assert.StartsWith("hello", host.FetchUdp(null, "127.0.0.1", 5300));
        Assert.Equal("hello 10.9.0.2", host.FetchUdp(neighbour, "10.9.0.1", 5300));
        Assert.StartsWith("hello", host.Fetch(null, "127.0.0.1", 8088));
        Assert.Equal("", host.Fetch(null, "10.9.0.1", 8088));
        Assert.Equal("", host.Fetch(neighbour, "10.9.0.1", 8088));
        Assert.Single(lease.Ports, p => p.ContainerPort == 80);
        sandbox.Dispose();
    });

    [Fact]
    public void What_is_not_published_is_not_reached_from_outside_and_the_host_s_loopback_not_from_containers() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        (_, NetworkSandbox sandbox) = host.Connect(manager, "c1", Web);
        using NetworkSandbox neighbour = host.Neighbour(manager);
        host.Serve(sandbox, "TCP-LISTEN:81,fork,reuseaddr");
        host.Serve(null, "TCP-LISTEN:9000,fork,reuseaddr,bind=127.0.0.1");
        host.In(neighbour, "ip", "route", "add", "172.17.0.0/16", "via", "10.9.0.1");
        host.In(sandbox, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.1/32 via 172.17.0.1");

        Assert.StartsWith("hello", host.Fetch(null, "172.17.0.2", 81));
        Assert.Equal("", host.Fetch(neighbour, "172.17.0.2", 81));
        Assert.Equal("", host.Fetch(sandbox, "127.0.0.1", 9000));   // CVE-2020-8558
        sandbox.Dispose();
    });

    [Fact]
    public void A_taken_port_is_refused_in_docker_s_words_and_the_address_goes_back() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        EndpointLease first = manager.Reserve(TestHost.Request("c1", Web));
        FaultException fault = Assert.Throws<FaultException>(() => manager.Reserve(TestHost.Request("c2", Web)));
        Assert.Matches("^driver failed programming external connectivity on endpoint c2 \\([0-9a-f]{64}\\): Bind for 0.0.0.0:8088 failed: port is already allocated$", fault.Message);

        host.Serve(null, "TCP-LISTEN:9000,fork,reuseaddr");
        fault = Assert.Throws<FaultException>(() => manager.Reserve(TestHost.Request("c3", new PortRequest(80, PortProtocol.Tcp, HostPort: 9000))));
        Assert.Matches("^driver failed programming external connectivity on endpoint c3 \\([0-9a-f]{64}\\): failed to bind host port for 0.0.0.0:9000:172.17.0.3:80/tcp: address already in use$", fault.Message);

        Assert.Equal("172.17.0.3", manager.Reserve(TestHost.Request("c4")).Address!.ToString());
        manager.Release(first);
        Assert.Equal(8088, manager.Reserve(TestHost.Request("c5", Web)).Ports[0].HostPort);
    });

    [Fact]
    public void Ranges_and_ephemeral_ports_take_what_is_free_on_both_families() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        PortRequest range = new(80, PortProtocol.Tcp, HostPort: 9000, HostPortEnd: 9002);
        host.Serve(null, "TCP6-LISTEN:9001,fork,reuseaddr,ipv6only=1");
        Assert.Equal([9000, 9000], manager.Reserve(TestHost.Request("c1", range)).Ports.Select(p => (int)p.HostPort));
        Assert.Equal([9002, 9002], manager.Reserve(TestHost.Request("c2", range)).Ports.Select(p => (int)p.HostPort));
        Assert.Throws<FaultException>(() => manager.Reserve(TestHost.Request("c3", range)));
        EndpointLease one = manager.Reserve(TestHost.Request("c4", new PortRequest(80, PortProtocol.Tcp)));
        EndpointLease two = manager.Reserve(TestHost.Request("c5", new PortRequest(80, PortProtocol.Tcp, HostPort: 0)));
        Assert.InRange(one.Ports[0].HostPort, 32768, 60999);
        Assert.NotEqual(one.Ports[0].HostPort, two.Ports[0].HostPort);
        FaultException fault = Assert.Throws<FaultException>(() => manager.Reserve(TestHost.Request("c6", new PortRequest(80, PortProtocol.Sctp, HostPort: 9))));
        Assert.Equal(FaultKind.NotSupported, fault.Kind);
    });

    [Fact]
    public void Releasing_leaves_no_link_no_rule_no_document_and_can_be_repeated() => TestHost.Run(host =>
    {
        NetworkManager manager = host.Manager();
        (EndpointLease lease, NetworkSandbox sandbox) = host.Connect(manager, "c1", Web, new PortRequest(53, PortProtocol.Udp, IPAddress.Loopback, 53));
        Assert.Contains("8088", host.Do("nft", "list", "table", "ip", "sampan"));
        string rulesBefore = Rules(host);

        manager.Release(lease);
        manager.Release(lease);
        manager.Dispose();
        Assert.DoesNotContain("elements", host.Do("nft", "list", "table", "ip", "sampan"));
        Assert.Equal(rulesBefore, Rules(host));
        Assert.DoesNotContain("veth", host.Do("ip", "link"));
        Assert.Empty(Directory.GetFiles(Path.Combine(host.StateDirectory, "leases")));
        Assert.Equal("", host.Do("ss", "-ltunH"));
        sandbox.Dispose();
    });

    [Fact]
    public void A_lease_that_was_never_connected_is_released_too() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        manager.Release(manager.Reserve(TestHost.Request("c1", Web)));
        Assert.Empty(manager.Leases());
        Assert.Equal("", host.Do("ss", "-ltunH"));
    });

    [Fact]
    public void After_the_daemon_died_ports_answer_the_living_are_kept_and_the_dead_are_dropped() => TestHost.Run(host =>
    {
        NetworkManager first = host.Manager();
        (EndpointLease alive, NetworkSandbox sandbox) = host.Connect(first, "alive", Web);
        (EndpointLease dead, NetworkSandbox deadSandbox) = host.Connect(first, "dead", new PortRequest(80, PortProtocol.Tcp, HostPort: 8089));
        host.Serve(sandbox, "TCP-LISTEN:80,fork,reuseaddr");
        // No Dispose and no Release: what a kill leaves. The shims hold the sockets.
        foreach (PublishedPort port in dead.Ports) port.Socket!.Dispose();
        Assert.StartsWith("hello", host.Fetch(null, "127.0.0.1", 8088));
        string ruleset = host.Do("nft", "list", "ruleset");

        using (NetworkManager second = host.Manager())
        {
            second.Reconcile(new HashSet<string> { alive.ContainerId });
            EndpointLease adopted = Assert.Single(second.Leases());
            Assert.Equal(alive with { Ports = [] }, adopted with { Ports = [] });
            Assert.StartsWith("hello", host.Fetch(null, "127.0.0.1", 8088));
            FaultException fault = Assert.Throws<FaultException>(() => second.Reserve(TestHost.Request("c3", Web)));
            Assert.Contains("port is already allocated", fault.Message);
            // The dead one's address and port are free again, the living one's are not.
            EndpointLease next = second.Reserve(TestHost.Request("c4", new PortRequest(80, PortProtocol.Tcp, HostPort: 8089)));
            Assert.Equal(dead.Address, next.Address);
            second.Release(next);
        }
        string link = Assert.Single(host.Do("ip", "-o", "link").Split('\n'), line => line.Contains("veth"));
        Assert.Contains(BridgeDriver.LinkName(alive), link);
        Assert.Contains("8088", host.Do("nft", "list", "table", "ip", "sampan"));
        Assert.DoesNotContain("8089", host.Do("nft", "list", "table", "ip", "sampan"));
        Assert.Contains("8089", ruleset);
        sandbox.Dispose();
        deadSandbox.Dispose();
    });

    [Fact]
    public void A_lease_whose_ports_never_came_into_the_rules_is_released_by_the_next_daemon() => TestHost.Run(host =>
    {
        using (NetworkManager first = host.Manager())
        {
            first.Reconcile(new HashSet<string>());
            // Its sockets close with the process.
            foreach (PublishedPort port in first.Reserve(TestHost.Request("dead", new PortRequest(80, PortProtocol.Tcp, null, 8080))).Ports) port.Socket?.Dispose();
        }
        using NetworkManager next = host.Manager();
        next.Release(Assert.Single(next.Leases()));
        next.Reconcile(new HashSet<string>());
        Assert.Empty(next.Leases());
        Assert.Equal(8080, Assert.Single(next.Reserve(TestHost.Request("new", new PortRequest(80, PortProtocol.Tcp, null, 8080))).Ports, port => port.HostAddress.Equals(IPAddress.Any)).HostPort);
    });

    [Fact]
    public void Established_connections_go_on_while_the_rules_are_made_anew() => TestHost.Run(host =>
    {
        using NetworkManager first = host.Manager();
        (EndpointLease lease, NetworkSandbox sandbox) = host.Connect(first, "c1", Web);
        using System.Net.Sockets.TcpListener echo = host.Listen(sandbox, 80);
        using System.Net.Sockets.TcpClient client = new();
        client.Connect(IPAddress.Loopback, 8088);
        using System.Net.Sockets.TcpClient server = echo.AcceptTcpClient();
        using (NetworkManager second = host.Manager())
        {
            second.Reconcile(new HashSet<string> { lease.ContainerId });
            client.GetStream().WriteByte(42);
            server.ReceiveTimeout = 5000;
            Assert.Equal(42, server.GetStream().ReadByte());
        }
        sandbox.Dispose();
    });

    [Fact]
    public void A_foreign_forward_chain_that_drops_lets_containers_through() => TestHost.Run(host =>
    {
        host.Do("nft", "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }");
        using NetworkManager manager = host.Manager();
        (_, NetworkSandbox sandbox) = host.Connect(manager, "c1", Web);
        using NetworkSandbox neighbour = host.Neighbour(manager);
        host.Serve(sandbox, "TCP-LISTEN:80,fork,reuseaddr");
        Assert.Equal("hello 10.9.0.2", host.Fetch(neighbour, "10.9.0.1", 8088));
        host.In(sandbox, "ping", "-c1", "-W2", "10.9.0.2");
        using (NetworkManager again = host.Manager()) again.Reconcile(manager.Leases().Select(l => l.ContainerId).ToHashSet());
        Assert.Equal(2, host.Do("nft", "list", "chain", "ip", "filter", "FORWARD").Split('\n').Count(line => line.Contains("comment \"sampan\"")));
        sandbox.Dispose();
    });

    [Fact]
    public void A_machine_that_did_not_forward_forwards_for_containers_only() => TestHost.Run(host =>
    {
        host.Do("sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward");
        using NetworkManager manager = host.Manager();
        manager.Reconcile(new HashSet<string>());
        Assert.Equal("1", host.Do("cat", "/proc/sys/net/ipv4/ip_forward").Trim());
        Assert.Matches("chain forward \\{[^}]*\n\t\tdrop\n", host.Do("nft", "list", "table", "ip", "sampan"));
    });

    [Fact]
    public void A_subnet_that_is_in_use_is_passed_over_and_bip_and_an_existing_bridge_decide() => TestHost.Run(host =>
    {
        host.Do("ip", "link", "add", "lan", "type", "bridge");
        host.Do("ip", "addr", "add", "172.17.8.1/24", "dev", "lan");
        host.Do("ip", "link", "set", "lan", "up");
        using (NetworkManager manager = host.Manager()) Assert.Equal("172.18.0.2", manager.Reserve(TestHost.Request("c1")).Address!.ToString());
        using (NetworkManager manager = host.Manager())
        {
            manager.Reconcile(new HashSet<string>());
            Assert.Equal("172.18.0.1", manager.Find("bridge")!.Pools[0].Gateway.ToString());
        }
        using (NetworkManager manager = host.Manager(o => o with { Bridge = "br9", BridgeAddress = "192.168.7.1/24", FixedCidr = IPNetwork.Parse("192.168.7.128/25"), Mtu = 1400 }))
        {
            (EndpointLease lease, NetworkSandbox sandbox) = host.Connect(manager, "c2");
            Assert.Equal("192.168.7.128", lease.Address!.ToString());
            Assert.Contains("mtu 1400", host.In(sandbox, "ip", "link", "show", "eth0"));
            sandbox.Dispose();
        }
    });

    [Fact]
    public void Networks_are_found_by_name_id_and_prefix_and_keep_their_ids() => TestHost.Run(host =>
    {
        string id;
        using (NetworkManager manager = host.Manager())
        {
            Assert.Equal(["bridge", "host", "none"], manager.List().Select(n => n.Name));
            Assert.Equal(["bridge", "host", "null"], manager.List().Select(n => n.Driver));
            id = manager.Find("host")!.Id;
            Assert.Equal("host", manager.Find(id[..12])!.Name);
            Assert.Null(manager.Find("nope"));
            EndpointLease none = manager.Reserve(TestHost.Request("c1") with { Network = "none" });
            Assert.Null(none.Address);
            using NetworkSandbox sandbox = manager.CreateSandbox();
            manager.Connect(none, sandbox);
            Assert.DoesNotContain("eth0", host.In(sandbox, "ip", "link"));
            FaultException fault = Assert.Throws<FaultException>(() => manager.Reserve(TestHost.Request("c2") with { Network = "nope" }));
            Assert.Equal((FaultKind.NotFound, "network nope not found"), (fault.Kind, fault.Message));
        }
        using (NetworkManager manager = host.Manager()) Assert.Equal(id, manager.Find("host")!.Id);
    });

    [Fact]
    public void A_hundred_containers_come_and_go() => TestHost.Run(host =>
    {
        using NetworkManager manager = host.Manager();
        manager.Reconcile(new HashSet<string>());
        for (int i = 0; i < 20; i++)
        {
            List<(EndpointLease Lease, NetworkSandbox Sandbox)> all = [];
            for (int j = 0; j < 5; j++) all.Add(host.Connect(manager, $"c{i}x{j}", new PortRequest(80, PortProtocol.Tcp)));
            Assert.Equal(5, all.Select(c => c.Lease.Address).Distinct().Count());
            foreach ((EndpointLease lease, NetworkSandbox sandbox) in all)
            {
                manager.Release(lease);
                sandbox.Dispose();
            }
        }
        Assert.Empty(manager.Leases());
    });

    private static string Rules(TestHost host) => string.Join('\n', host.Do("nft", "list", "table", "ip", "sampan").Split('\n').Where(line => !line.Contains("elements") && !line.Contains(" : ")));
}
