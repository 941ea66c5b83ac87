using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>The runtime as a program: runc's command line, documents and exit codes.
/// https://github.com/opencontainers/runtime-tools/blob/master/docs/command-line-interface.md and runc(8).</summary>
public static class RuntimeProgram
{
    private const int Failure = 1, ExecFailure = 255;   // 255 tells a failed exec from a program that failed

    /// <returns>The process's exit code: 0, 1 on failure, the program's own for run and exec in the foreground.</returns>
    public static int Run(string[] arguments)
    {
        GlobalOptions? options = null;
        try
        {
            options = new GlobalOptions(arguments);
            if (options.Command is "create" or "run" or "exec") RunFromReadOnlyMount(arguments);
            return Dispatch(options);
        }
        catch (FaultException e)
        {
            bool named = options?.Command is "create" or "run" or "exec";
            RuntimeLog.Error(options, named ? $"{options!.Command} failed: {e.Message}" : e.Message);
            return options?.Command == "exec" ? ExecFailure : Failure;
        }
    }

    // A child of ours is in the container with our file as its /proc/self/exe for a moment. Without privileges nobody can write to it anyway.
    private static void RunFromReadOnlyMount(string[] arguments)
    {
        if (Linux.Native.Libc.geteuid() == 0 && !Linux.ReadOnlyExecutable.IsOurs())
            Linux.ReadOnlyExecutable.Become([Environment.GetCommandLineArgs()[0], .. arguments]);
    }

    private static int Dispatch(GlobalOptions options)
    {
        if (options.WantsVersion) return VersionCommand.Run();
        string command = options.Command ?? "help";
        ReadOnlySpan<string> rest = options.CommandArguments;
        return command switch
        {
            "create" => CreateCommand.Run(options, rest),
            "start" => StartCommand.Run(options, rest),
            "run" => RunCommand.Run(options, rest),
            "exec" => ExecCommand.Run(options, rest),
            "kill" => KillCommand.Run(options, rest),
            "delete" => DeleteCommand.Run(options, rest),
            "state" => StateCommand.Run(options, rest),
            "list" => ListCommand.Run(options, rest),
            "ps" => PsCommand.Run(options, rest),
            "pause" => PauseCommand.Run(options, rest, pause: true),
            "resume" => PauseCommand.Run(options, rest, pause: false),
            "update" => UpdateCommand.Run(options, rest),
            "spec" => SpecCommand.Run(rest),
            "features" => FeaturesCommand.Run(),
            "help" or "h" => HelpCommand.Run(),
            _ => throw new FaultException(FaultKind.InvalidArgument, $"No help topic for '{command}'"),
        };
    }
}
