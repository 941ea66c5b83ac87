using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Listen;
using Sampan.EngineApi.Routes;
using Sampan.Engine;
using Sampan.Faults;

namespace Sampan.EngineApi;

/// <summary>The HTTP door of the engine: Docker's Engine API, versions 1.24 to 1.51, on unix and tcp sockets.
/// Kestrel is used alone, without hosting, dependency injection and routing: it is up in a few milliseconds.</summary>
public sealed class EngineApiServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly List<string> _unixPaths = [];
    private readonly TimeSpan _drain;

    private EngineApiServer(KestrelServer server, TimeSpan drain)
    {
        _server = server;
        _drain = drain;
    }

    /// <summary>Looks at every address without listening: before a daemon makes its folders.</summary>
    /// <exception cref="FaultException">An address is malformed or too long.</exception>
    public static void CheckAddresses(IReadOnlyList<string> hosts)
    {
        foreach (string host in hosts) ListenAddress.Parse(host);
    }

    /// <summary>Serves until <paramref name="stop"/> is cancelled; open requests then get
    /// <see cref="DaemonOptions.DrainSeconds"/> to end. <paramref name="ready"/> is called when every socket listens.</summary>
    /// <exception cref="FaultException">An address is malformed, too long or taken.</exception>
    public static async Task RunAsync(EngineHost engine, ILoggerFactory logs, Action ready, CancellationToken stop)
    {
        await using var server = await StartAsync(engine, logs);
        ready();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(static state => ((TaskCompletionSource)state!).SetResult(), stopped);
        await stopped.Task;
    }

    /// <summary>Listens on every address of the options; disposing stops.</summary>
    /// <exception cref="FaultException">An address is malformed, too long or taken.</exception>
    public static Task<EngineApiServer> StartAsync(EngineHost engine, ILoggerFactory? logs = null) =>
        StartAsync(engine.Options.Hosts, ApiRoutes.Of(engine), TimeSpan.FromSeconds(engine.Options.DrainSeconds), logs ?? NullLoggerFactory.Instance, engine.Options.Group);

    internal static async Task<EngineApiServer> StartAsync(IReadOnlyList<string> hosts, RouteTable routes, TimeSpan drain, ILoggerFactory logs, string group = DaemonOptions.DefaultGroup)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxRequestBodySize = null; // images and archives
        options.Limits.MinRequestBodyDataRate = null; // an attached terminal is slow on purpose
        options.Limits.MinResponseDataRate = null;
        options.Limits.KeepAliveTimeout = TimeSpan.FromDays(1); // clients keep pools of idle connections
        var kestrel = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = address => Bind(address, group) }), logs),
            logs);
        var server = new EngineApiServer(kestrel, drain);
        foreach (var address in hosts.SelectMany(ListenAddress.Parse))
        {
            if (address is UnixDomainSocketEndPoint unix) server._unixPaths.Add(unix.ToString()!);
            options.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => next(new HijackableConnection(connection)));
            });
        }
        try
        {
            await kestrel.StartAsync(new ApiDispatcher(routes, ServerHeader, logs.CreateLogger("Sampan.EngineApi")), CancellationToken.None);
        }
        catch (Exception error)
        {
            kestrel.Dispose();
            throw error switch
            {
                FaultException => error,
                IOException { InnerException: AddressInUseException } or AddressInUseException => new FaultException(FaultKind.Conflict,
                    $"cannot listen on {string.Join(", ", hosts)}: address already in use", error),
                _ => new FaultException(FaultKind.Internal, $"cannot listen on {string.Join(", ", hosts)}: {error.Message}", error),
            };
        }
        return server;
    }

    private static string ServerHeader => $"Sampan/{typeof(EngineApiServer).Assembly.GetName().Version?.ToString(3)} (linux)";

    private static Socket Bind(EndPoint address, string group) => address is UnixDomainSocketEndPoint unix
        ? UnixListener.Bind(unix, group) : SocketTransportOptions.CreateDefaultBoundListenSocket(address);

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_drain);
        await _server.StopAsync(patience.Token);
        _server.Dispose();
        foreach (string path in _unixPaths) File.Delete(path);
    }
}
