using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class CreateCommand
{
    internal static readonly string[] Flags = ["bundle|b=", "console-socket=", "pid-file=", "no-pivot", "no-new-keyring", "preserve-fds="];

    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("create", arguments, Flags);
        parsed.RequireOperands("create", 1);
        using Container container = Create(global, parsed, detached: true);
        return 0;
    }

    /// <summary>For <c>run</c> too.</summary>
    internal static Container Create(GlobalOptions global, Arguments arguments, bool detached)
    {
        string bundle = Path.GetFullPath(arguments.Value("bundle") ?? ".");
        RuntimeSpec spec = Container.ReadSpec(bundle);
        string? consoleSocket = arguments.Value("console-socket");
        ContainerStdio.Check(spec.Process?.Terminal == true, detached, consoleSocket);
        Container container = global.Runtime.Create(arguments.Operands[0], new CreateOptions
        {
            Bundle = bundle,
            Spec = spec,
            Stdin = ContainerStdio.Own(0),
            Stdout = ContainerStdio.Own(1),
            Stderr = ContainerStdio.Own(2),
            PreserveFds = (int)(arguments.Number("preserve-fds") ?? 0),
            NoPivot = arguments.Has("no-pivot"),
            NoNewKeyring = arguments.Has("no-new-keyring"),
            SystemdCgroup = global.SystemdCgroup,
            Warn = message => RuntimeLog.Warn(global, message),
        });
        try
        {
            if (consoleSocket is not null) ContainerStdio.SendConsole(container.Console!, consoleSocket);
            if (arguments.Value("pid-file") is { } pidFile) WritePid(pidFile, container.Pid);
        }
        catch
        {
            container.Delete(force: true);
            throw;
        }
        return container;
    }

    /// <summary>Whoever waits for the file finds it whole.</summary>
    internal static void WritePid(string path, int pid)
        => Files.Replace(path, Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture)), 0x1A4 /* 0644 */);
}
