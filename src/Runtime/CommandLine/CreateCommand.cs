using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class CreateCommand
{
    internal const string Flags = """
        --bundle value, -b value  path to the root of the bundle directory, defaults to the current directory
        --config value, -f value  name of the configuration file in the bundle (default: config.json), as crun's
        --console-socket value  path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal
        --pidfd-socket value  path to an AF_UNIX socket which will receive a file descriptor referencing the init process
        --pid-file value  specify the file to write the process id to
        --no-pivot  do not use pivot root to jail process inside rootfs: for a rootfs on top of a ramdisk
        --no-new-keyring  do not create a new session keyring for the container
        --preserve-fds value  pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total)
        """;

    internal static Command Command => new("create", $"""
        create a container
        <container-id>
        {Flags}
        """, Run);

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        if (UserNamespaceEntry.IsNeeded) return RootlessCommand.Create(global, parsed);
        using Container container = Create(global, parsed, detached: true);
        return 0;
    }

    internal static string Bundle(Arguments arguments) => Path.GetFullPath(arguments.Value("bundle") ?? ".");

    internal static RuntimeSpec ReadSpec(Arguments arguments) => Container.ReadSpec(Bundle(arguments), Config(arguments));

    private static string Config(Arguments arguments) => arguments.Value("config") ?? Container.ConfigName;

    /// <summary>For <c>run</c> too.</summary>
    internal static Container Create(GlobalOptions global, Arguments arguments, bool detached)
    {
        string bundle = Bundle(arguments);
        RuntimeSpec spec = ReadSpec(arguments);
        string? consoleSocket = arguments.Value("console-socket");
        ContainerStdio.Check(spec.Process?.Terminal == true, detached, consoleSocket);
        PassedDescriptors passed = PassedDescriptors.Of(arguments, withSocketActivation: true);
        RuntimeLog.Debug(global, $"nsexec container setup: one clone3 for container {arguments.Operands[0]} of bundle {bundle}");
        Container container = InnerRuntime.OnOwnThread(() => global.Runtime.Create(arguments.Operands[0], new CreateOptions
        {
            Bundle = bundle,
            Spec = passed.AddTo(spec),
            Config = Config(arguments),
            Stdin = ContainerStdio.Own(0),
            Stdout = ContainerStdio.Own(1),
            Stderr = ContainerStdio.Own(2),
            PreserveFds = passed.Count,
            NoPivot = arguments.Has("no-pivot"),
            NoNewKeyring = arguments.Has("no-new-keyring"),
            SystemdCgroup = global.SystemdCgroup,
            NoCgroup = global.NoCgroup,
            MayLackCgroups = global.MayLackCgroups,
            HasNotifySocket = NotifySocket.IsWanted,
            Debug = global.Debug ? message => RuntimeLog.Debug(global, message) : null,
            Warn = message => RuntimeLog.Warn(global, message),
        }));
        try
        {
            RuntimeLog.Debug(global, $"child process in init(): pid {container.Pid} has its root and waits for the start");
            if (consoleSocket is not null) ContainerStdio.Send(container.Console!, "/dev/ptmx", consoleSocket);
            if (arguments.Value("pidfd-socket") is { } pidfdSocket) ContainerStdio.Send(container.Process!.Pidfd, "pidfd", pidfdSocket);
            if (arguments.Value("pid-file") is { } pidFile) WritePid(pidFile, container.Pid);
        }
        catch
        {
            container.Delete(force: true);
            throw;
        }
        RuntimeLog.Debug(global, "init: closing the pipe to signal completion");
        return container;
    }

    /// <summary>For <c>run</c> too.</summary>
    internal static void Start(GlobalOptions global, Container container)
    {
        container.Start();
        RuntimeLog.Debug(global, $"container {container.Id} runs its program");
    }

    /// <summary>Whoever waits for the file finds it whole.</summary>
    internal static void WritePid(string path, int pid)
        => Files.Replace(path, Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture)), 0x1A4 /* 0644 */);
}
