using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Listen;
using Sampan.Faults;

namespace Sampan.EngineApi.Tests.Door;

public sealed class ListenTests
{
    private static Task<EngineApiServer> Start(string host) =>
        EngineApiServer.StartAsync([host], new RouteTable([]), TimeSpan.FromSeconds(2), NullLoggerFactory.Instance);

    [Fact]
    public void A_path_that_does_not_fit_is_refused_with_its_length()
    {
        var fault = Assert.Throws<FaultException>(() => ListenAddress.Parse("unix:///" + new string('a', 120)));
        Assert.Equal(FaultKind.InvalidArgument, fault.Kind);
        Assert.Contains("is 121 bytes long and the kernel allows 107", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_of_107_bytes_fits() =>
        Assert.Equal("/" + new string('a', 106), Assert.Single(ListenAddress.Parse("unix:///" + new string('a', 106))).ToString());

    [Theory]
    [InlineData("tcp://127.0.0.1:2376", "127.0.0.1:2376")]
    [InlineData("tcp://:2377", "127.0.0.1:2377")]
    [InlineData("tcp://[::1]:2375", "[::1]:2375")]
    [InlineData("127.0.0.1", "127.0.0.1:2375")]
    public void A_tcp_address_is_read_as_dockerd_reads_it(string host, string endpoint) =>
        Assert.Equal(IPEndPoint.Parse(endpoint), Assert.Single(ListenAddress.Parse(host)));

    [Theory]
    [InlineData("fd://", FaultKind.InvalidArgument)]
    [InlineData("npipe://x", FaultKind.NotSupported)]
    [InlineData("unix://", FaultKind.InvalidArgument)]
    [InlineData("ftp://x", FaultKind.InvalidArgument)]
    [InlineData("tcp://127.0.0.1:99999", FaultKind.InvalidArgument)]
    [InlineData("tcp://no.such.name:2375", FaultKind.InvalidArgument)]
    public void Another_address_is_refused(string host, FaultKind kind) =>
        Assert.Equal(kind, Assert.Throws<FaultException>(() => ListenAddress.Parse(host)).Kind);

    [Fact]
    public async Task The_socket_is_open_to_owner_and_group_only_and_gone_after_the_stop()
    {
        string path;
        await using (var server = await TestServer.StartAsync())
        {
            path = server.SocketPath;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
        }
        Assert.False(Path.Exists(path));
    }

    [Fact]
    public async Task A_socket_somebody_listens_on_is_not_taken_away()
    {
        await using var first = await TestServer.StartAsync();
        var fault = await Assert.ThrowsAsync<FaultException>(() => Start("unix://" + first.SocketPath));
        Assert.Equal(FaultKind.Conflict, fault.Kind);
        Assert.Contains("another process listens on it", fault.Message, StringComparison.Ordinal);
        Assert.Equal(404, (await first.SendAsync("GET", "/")).Status);
    }

    [Fact]
    public async Task A_socket_left_behind_is_replaced()
    {
        string folder = Directory.CreateTempSubdirectory("sampan-api-").FullName;
        string path = Path.Combine(folder, "stale.sock");
        try
        {
            using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) dead.Bind(new UnixDomainSocketEndPoint(path));
            if (!Path.Exists(path))
            {
                // .NET removes the file of a socket it disposes; a killed daemon does not.
                using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                left.Bind(new UnixDomainSocketEndPoint(path));
                await using var server = await Start("unix://" + path);
                return;
            }
            await using var again = await Start("unix://" + path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_file_in_the_way_is_left_alone()
    {
        string folder = Directory.CreateTempSubdirectory("sampan-api-").FullName;
        string path = Path.Combine(folder, "notes.txt");
        try
        {
            await File.WriteAllTextAsync(path, "keep me");
            Assert.Equal(FaultKind.Conflict, (await Assert.ThrowsAsync<FaultException>(() => Start("unix://" + path))).Kind);
            Assert.Equal("keep me", await File.ReadAllTextAsync(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Sockets_that_systemd_gave_are_served_and_kept_from_children()
    {
        string folder = Directory.CreateTempSubdirectory("sampan-api-").FullName, path = Path.Combine(folder, "activated.sock");
        using var given = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        given.Bind(new UnixDomainSocketEndPoint(path));
        given.Listen();
        int descriptor = (int)given.Handle;
        Func<string, string?> Environment(string pid) => name => name switch { "LISTEN_PID" => pid, "LISTEN_FDS" => "1", _ => null };
        string ours = System.Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("make sure the service was started by systemd", Assert.Throws<FaultException>(() => ActivatedSockets.Find("", Environment("1"), descriptor)).Message);
        Assert.Contains("too few socket activated files", Assert.Throws<FaultException>(() => ActivatedSockets.Find("1000000", Environment(ours), descriptor)).Message);
        Assert.Equal((ulong)descriptor, Assert.IsType<Microsoft.AspNetCore.Connections.FileHandleEndPoint>(Assert.Single(ActivatedSockets.Find("*", Environment(ours), descriptor))).FileHandle);
        Assert.Contains($"flags:\t02", (await File.ReadAllLinesAsync($"/proc/self/fdinfo/{descriptor}"))[1]);   // O_CLOEXEC
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_tcp_port_in_use_is_a_conflict()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var fault = await Assert.ThrowsAsync<FaultException>(() => Start($"tcp://{taken.LocalEndpoint}"));
        Assert.Equal(FaultKind.Conflict, fault.Kind);
        Assert.Contains("address already in use", fault.Message, StringComparison.Ordinal);
    }
}
