using System.Net;
using Sampan.Faults;

namespace Sampan.Networks.Tests;

public sealed class FileTests
{
    private const string Host = """
        # comment
        nameserver 127.0.0.53
        nameserver 10.0.0.2
        nameserver fe80::1%eth0
        search corp.example
        options edns0 trust-ad
        sortlist 130.155.160.0/255.255.240.0
        """;

    [Fact]
    public void A_bridge_container_does_not_get_servers_that_it_cannot_reach()
        => Assert.Equal(["nameserver 10.0.0.2", "search corp.example", "options edns0 trust-ad", "sortlist 130.155.160.0/255.255.240.0"], Lines(ResolvConf.ForBridge(Host, DnsSettings.None)));

    [Fact]
    public void Without_a_server_left_the_public_ones_are_taken()
        => Assert.Equal(["nameserver 8.8.8.8", "nameserver 8.8.4.4"], Lines(ResolvConf.ForBridge("nameserver 127.0.0.1\n", DnsSettings.None)));

    [Fact]
    public void What_is_set_replaces_the_host_s()
        => Assert.Equal(["nameserver 127.0.0.1", "options ndots:3", "sortlist 130.155.160.0/255.255.240.0"],
            Lines(ResolvConf.ForBridge(Host, new DnsSettings(["127.0.0.1"], ["."], ["ndots:3"]))));

    [Fact]
    public void A_host_network_container_gets_the_host_s_file_word_by_word() => Assert.Equal(Host, ResolvConf.ForHost(Host, DnsSettings.None));

    [Fact]
    public void Systemd_s_stub_is_recognised()
    {
        Assert.True(ResolvConf.IsSystemdStub("nameserver 127.0.0.53\noptions edns0\n"));
        Assert.False(ResolvConf.IsSystemdStub(Host));
    }

    [Fact]
    public void The_hosts_file_ends_with_the_container_s_own_names()
    {
        string text = HostsFile.ForContainer(["db:10.1.1.1", "six=[2001:db8::1]", "up:host-gateway"], IPAddress.Parse("172.17.0.2"), HostsFile.Names("web.corp.example", null), IPAddress.Parse("172.17.0.1"));
        Assert.StartsWith("127.0.0.1\tlocalhost\n::1\tlocalhost", text);
        Assert.EndsWith("10.1.1.1\tdb\n2001:db8::1\tsix\n172.17.0.1\tup\n172.17.0.2\tweb.corp.example web\n", text);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("name:300.1.1.1")]
    [InlineData("a b:10.0.0.1")]
    public void A_bad_extra_host_is_refused(string entry)
    {
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => HostsFile.ForContainer([entry], null, "", null)).Kind);
    }

    [Fact]
    public void A_pool_gives_the_lowest_free_address_and_says_when_none_is_left()
    {
        AddressPool pool = new(new IpamPool(IPNetwork.Parse("10.0.0.0/29"), IPAddress.Parse("10.0.0.1")));
        Assert.Equal(["10.0.0.2", "10.0.0.3", "10.0.0.4"], new[] { pool.Take(), pool.Take(), pool.Take() }.Select(a => a.ToString()));
        pool.Return(IPAddress.Parse("10.0.0.3"));
        Assert.Equal("10.0.0.3", pool.Take().ToString());
        Assert.Equal(["10.0.0.5", "10.0.0.6"], new[] { pool.Take(), pool.Take() }.Select(a => a.ToString()));
        Assert.Equal(FaultKind.Unavailable, Assert.Throws<FaultException>(() => pool.Take()).Kind);
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => pool.Take(IPAddress.Parse("10.0.0.2"))).Kind);
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => pool.Take(IPAddress.Parse("10.0.1.2"))).Kind);
    }

    [Fact]
    public void Hardware_addresses_are_checked()
    {
        Assert.Equal("92:d0:c6:0a:29:33", MacAddress.Format(MacAddress.Parse("92:d0:c6:0a:29:33")));
        Assert.Equal("nonsense is not a valid mac address", Assert.Throws<FaultException>(() => MacAddress.Parse("nonsense")).Message);
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
}
