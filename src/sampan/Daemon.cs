using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sampan.Engine;
using Sampan.EngineApi;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Layers;
using Sampan.Linux;
using Sampan.Networks;
using Sampan.Snapshots;
using Sampan.Volumes;

namespace Sampan;

/// <summary>The daemon role: wires the engine by hand, serves until SIGTERM or SIGINT, and leaves every container running.</summary>
internal static partial class Daemon
{
    private const string DefaultHost = "unix:///run/sampan/sampan.sock";
    private const UnixFileMode RootMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <returns>0 after a clean stop, 1 when the daemon could not start, 125 for a bad command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (args is ["--help" or "-h"])
        {
            Console.Out.Write(DaemonArguments.Usage);
            return 0;
        }
        if (args is ["--version" or "-v"])
        {
            Console.Out.WriteLine($"Sampan version {SystemService.ProductVersion.Replace("+", ", build ", StringComparison.Ordinal)}");
            return 0;
        }
        DaemonOptions options;
        try
        {
            options = DaemonArguments.Parse(args);
        }
        catch (FaultException error)
        {
            await Console.Error.WriteLineAsync($"{error.Message}\nSee 'sampan daemon --help'.").ConfigureAwait(false);
            return 125;
        }
        if (options.Validate)
        {
            Console.Out.WriteLine("configuration OK");
            return 0;
        }
        using var logs = new DaemonLog(LevelOf(options));
        var log = logs.CreateLogger("Sampan.Daemon");
        try
        {
            await ServeAsync(args, Complete(options), logs, log).ConfigureAwait(false);
            return 0;
        }
        catch (Exception error) when (error is FaultException or IOException or UnauthorizedAccessException)
        {
            Log.Failed(log, error);
            return 1;
        }
    }

    private static LogLevel LevelOf(DaemonOptions options) => options.Debug ? LogLevel.Debug : options.LogLevel switch
    {
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => LogLevel.Information,
    };

    private static DaemonOptions Complete(DaemonOptions options)
    {
        string runtime = options.RuntimePath ?? Path.Combine(Path.GetDirectoryName(Environment.ProcessPath)!, "sampan-runtime");
        if (!File.Exists(runtime))
            throw new FaultException(FaultKind.NotFound, $"cannot start the daemon: no runtime at '{runtime}'; install sampan-runtime beside sampan or pass --runtime-path");
        return options with { RuntimePath = runtime, Hosts = options.Hosts.Count > 0 ? options.Hosts : [DefaultHost] };
    }

    private static ApplyOptions LayersOf(DaemonOptions options)
    {
        ApplyOptions usual = new();
        return usual with { MaxBytes = options.MaxLayerBytes ?? usual.MaxBytes, MaxEntries = options.MaxLayerEntries ?? usual.MaxEntries };
    }

    private static async Task ServeAsync(IReadOnlyList<string> args, DaemonOptions options, DaemonLog logs, ILogger log)
    {
        long begin = Environment.TickCount64;
        foreach (string note in options.Notes) Log.Noted(log, note);
        MallocArenas.Limit(2);
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        DaemonReload? reload = null;
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload?.Run();
        });

        EngineApiServer.CheckAddresses(options.Hosts);
        Directory.CreateDirectory(options.DataRoot, RootMode);
        using var dataRoot = DataRootLock.Acquire(options.DataRoot);
        Directory.CreateDirectory(options.ExecRoot, RootMode);
        using var images = ImageService.Open(new ImageServiceOptions
        {
            Root = Path.Combine(options.DataRoot, "image"),
            Registries = RegistryArguments.OptionsOf(options),
            MaxDownloads = options.MaxConcurrentDownloads,
            MaxUploads = options.MaxConcurrentUploads,
            Layers = LayersOf(options),
        }, Snapshotters.Open(Path.Combine(options.DataRoot, "snapshots"), options.StorageDriver), logs);
        using var networks = new NetworkManager(NetworkOptionsOf(options), logs.CreateLogger<NetworkManager>());
        var volumes = new VolumeStore(Path.Combine(options.DataRoot, "volumes"));
        var engine = new EngineHost(options, images, networks, volumes, HelloImage.TryOpen, logs,
            () => typeof(Daemon).Assembly.GetManifestResourceStream("sampan-init.gz"));
        await engine.AdoptAsync().ConfigureAwait(false);
        reload = new DaemonReload(args, engine, logs, log);
        using var memory = new IdleMemory();
        try
        {
            await EngineApiServer.RunAsync(engine, logs, () => Ready(options, log, begin), stop.Token).ConfigureAwait(false);
        }
        finally
        {
            if (options.PidFile is { } pidFile)
                File.Delete(pidFile);
        }
        Log.Stopped(log);
    }

    private static NetworkOptions NetworkOptionsOf(DaemonOptions options) => new()
    {
        StateDirectory = Path.Combine(options.DataRoot, "networks"),
        Bridge = options.Bridge,
        BridgeAddress = options.BridgeAddress,
        FixedCidr = options.FixedCidr,
        Mtu = options.Mtu,
        DefaultBindAddress = options.DefaultBindAddress,
        IpForward = options.IpForward,
        IpMasquerade = options.IpMasquerade,
        InterContainerCommunication = options.InterContainerCommunication,
    };

    private static void Ready(DaemonOptions options, ILogger log, long begin)
    {
        if (options.PidFile is { } pidFile)
            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        ServiceManager.NotifyReady();
        Log.Ready(log, string.Join(", ", options.Hosts), Environment.TickCount64 - begin);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "API listen on {Hosts}; ready after {ElapsedMs} ms")]
        public static partial void Ready(ILogger logger, string hosts, long elapsedMs);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Note}")]
        public static partial void Noted(ILogger logger, string note);

        [LoggerMessage(Level = LogLevel.Information, Message = "daemon stopped; containers go on")]
        public static partial void Stopped(ILogger logger);

        [LoggerMessage(Level = LogLevel.Critical, Message = "the daemon cannot go on")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
