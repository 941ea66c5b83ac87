using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Shim.Tests.Harness;
using Sampan.ShimClient;

namespace Sampan.Shim.Tests;

/// <summary>The container's address is played by a socket of the test: a relay does not ask who answers.</summary>
public sealed class PublishedPortTests
{
    [Theory]
    [InlineData("::1")]
    [InlineData("127.0.0.1")]
    public async Task A_connection_to_a_published_port_is_relayed_both_ways_with_both_ends(string host)
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        using var published = new Socket(IPAddress.Parse(host).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        published.Bind(new IPEndPoint(IPAddress.Parse(host), 0));
        published.Listen();
        var address = (IPEndPoint)published.LocalEndPoint!;
        await using var container = await TestContainer.RunAsync(["sleep", "1000"], setup => setup.Listeners = [Listener(published, target.LocalEndpoint, "tcp")]);
        published.Close(); // the shim holds it from here on

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            byte[] request = new byte[300_000 + i];
            new Random(i).NextBytes(request);
            using var client = new TcpClient(host, address.Port);
            var stream = client.GetStream();
            var sending = Task.Run(async () =>
            {
                await stream.WriteAsync(request);
                client.Client.Shutdown(SocketShutdown.Send);
            });
            using var served = await target.AcceptTcpClientAsync(TestContainer.Patience); // one of the eight, not always our own
            byte[] got = await ReadAllAsync(served.GetStream());
            await served.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{got.Length} "));
            served.Client.Shutdown(SocketShutdown.Send);
            await sending;
            string reply = Encoding.ASCII.GetString(await ReadAllAsync(stream));
            Assert.EndsWith(" ", reply, StringComparison.Ordinal);
            Assert.InRange(int.Parse(reply, System.Globalization.CultureInfo.InvariantCulture), 300_000, 300_007);
        }));
    }

    [Fact]
    public async Task A_port_nobody_listens_on_in_the_container_closes_the_connection()
    {
        using var published = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        published.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        published.Listen();
        int port = ((IPEndPoint)published.LocalEndPoint!).Port;
        await using var container = await TestContainer.RunAsync(["sleep", "1000"], setup => setup.Listeners = [Listener(published, new IPEndPoint(IPAddress.Loopback, 1), "tcp")]);
        using var client = new TcpClient("::1", port);
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task The_port_is_free_again_when_the_wait_is_answered()
    {
        var published = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        published.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        published.Listen();
        var address = (IPEndPoint)published.LocalEndPoint!;
        await using var container = await TestContainer.RunAsync(["sleep", "1000"], setup => setup.Listeners = [Listener(published, new IPEndPoint(IPAddress.Loopback, 1), "tcp")]);
        published.Dispose();
        using (var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)) Assert.Throws<SocketException>(() => taken.Bind(address));
        await container.Client.KillAsync("", 9, all: false, TestContainer.Patience);
        await container.WaitAsync();
        using var again = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        again.Bind(address);
        again.Listen();
    }

    [Fact]
    public async Task Datagrams_are_relayed_and_answers_find_their_sender()
    {
        using var target = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var published = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        published.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        var address = (IPEndPoint)published.LocalEndPoint!;
        await using var container = await TestContainer.RunAsync(["sleep", "1000"], setup => setup.Listeners = [Listener(published, target.Client.LocalEndPoint!, "udp")]);
        var echo = Task.Run(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                var datagram = await target.ReceiveAsync(TestContainer.Patience);
                await target.SendAsync(datagram.Buffer, datagram.RemoteEndPoint);
            }
        });
        for (int i = 0; i < 3; i++)
        {
            using var client = new UdpClient(AddressFamily.InterNetworkV6);
            client.Connect(address);
            await client.SendAsync(Encoding.ASCII.GetBytes($"datagram {i}"));
            Assert.Equal($"datagram {i}", Encoding.ASCII.GetString((await client.ReceiveAsync(TestContainer.Patience)).Buffer));
        }
        await echo;
    }

    private static PublishedListener Listener(Socket socket, EndPoint target, string protocol) =>
        new(new SafeFileHandle(socket.Handle, ownsHandle: false), (IPEndPoint)target, protocol);

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
