using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

/// <summary>A command that is done by <see cref="InnerRuntime"/>, for who is not root.</summary>
internal static class RootlessCommand
{
    /// <returns>Its exit code.</returns>
    internal static int Create(GlobalOptions global, Arguments arguments)
    {
        PassedDescriptors passed = PassedDescriptors.Of(arguments, withSocketActivation: true);
        return Wait(UserNamespaceEntry.Start(CreateCommand.ReadSpec(arguments), Repeat(global), passed.Activated, passed.Preserved));
    }

    /// <inheritdoc cref="Create"/>
    internal static int Exec(GlobalOptions global, Arguments arguments, ChildProcess container)
        => Wait(UserNamespaceEntry.Start(container, Repeat(global), PassedDescriptors.Of(arguments, withSocketActivation: false).Count));

    private static int Wait(ChildProcess inner)
    {
        // With a terminal of ours the keyboard's signals reach the one inside anyway; it needs no second ones.
        using Foreground foreground = new(inner, null, ownsKeyboard: Linux.Terminals.Terminal.Of(0) is null);
        return foreground.Wait().ShellCode;
    }

    /// <summary>The same command line, with what our own user id decides said in words: inside, it is 0.</summary>
    private static List<string> Repeat(GlobalOptions global)
    {
        List<string> arguments = [GlobalOptions.ProgramName, "--root", global.Root, "--rootless", global.MayLackCgroups ? "true" : "false", "--log-format", global.LogsJson ? "json" : "text"];
        if (global.Log is { } log) arguments.AddRange(["--log", log]);
        if (global.Debug) arguments.Add("--debug");
        if (global.SystemdCgroup) arguments.Add("--systemd-cgroup");
        if (global.NoCgroup) arguments.AddRange(["--cgroup-manager", "disabled"]);
        arguments.Add(global.Command!);
        arguments.AddRange(global.CommandArguments);
        return arguments;
    }
}
