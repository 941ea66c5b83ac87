using Sampan.Faults;
using Sampan.Runtime.Rootless;

namespace Sampan.Runtime.CommandLine;

/// <summary>The runtime as a program: runc's command line, documents and exit codes.
/// https://github.com/opencontainers/runtime-tools/blob/master/docs/command-line-interface.md and runc(8).</summary>
public static class RuntimeProgram
{
    private const int Failure = 1, UnknownCommand = 3, ExecFailure = 255;   // 255 tells a failed exec from a program that failed

    /// <returns>The process's exit code: 0, 1 on failure, the program's own for run and exec in the foreground.</returns>
    public static int Run(string[] arguments)
    {
        GlobalOptions? options = null;
        try
        {
            options = new GlobalOptions(arguments);
            Linux.Events.ForwardedSignals.Unblock();
            if (options.Command is "create" or "run" or "exec") RunFromReadOnlyMount(arguments);
            return Dispatch(options);
        }
        catch (UsageException e)
        {
            if (options?.Command is { } name && Commands.Find(name) is { } misused)
            {
                StandardOutput.Write("Incorrect Usage.\n\n");
                HelpCommand.Show(new Syntax(name, misused.Text));
            }
            RuntimeLog.Error(options, e.Message);
            return e.IsUnknownCommand ? UnknownCommand : Failure;
        }
        catch (FaultException e)
        {
            // "runc run failed: …", which the clients of runc show.
            bool named = options?.Command is "create" or "run" or "restore" or "exec";
            RuntimeLog.Error(options, !named ? e.Message : options!.Command == "exec" ? $"exec failed: {e.Message}" : $"runc {options.Command} failed: {e.Message}");
            return options?.Command == "exec" ? ExecFailure : Failure;
        }
    }

    // A child of ours is in the container with our file as its /proc/self/exe for a moment. Without privileges nobody can write to it anyway.
    private static void RunFromReadOnlyMount(string[] arguments)
    {
        if (Linux.Native.Libc.geteuid() == 0 && !InnerRuntime.IsThis && !Linux.ReadOnlyExecutable.IsOurs())
            Linux.ReadOnlyExecutable.Become([Environment.GetCommandLineArgs()[0], .. arguments]);
    }

    private static int Dispatch(GlobalOptions options)
    {
        if (options.WantsVersion) return VersionCommand.Run();
        if (options.Command is null or "help" or "h") return options.Command is not null && options.CommandArguments is [var topic, ..] ? Help(topic) : HelpCommand.Run();
        return Find(options.Command).Run(options);
    }

    private static int Help(string topic) => HelpCommand.Show(new Syntax(topic, Find(topic).Text));

    private static Command Find(string name)
        => Commands.Find(name) ?? throw new UsageException($"No help topic for '{name}'") { IsUnknownCommand = true };
}
