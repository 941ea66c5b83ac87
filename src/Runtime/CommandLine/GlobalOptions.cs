using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>What stands before the command.</summary>
internal sealed class GlobalOptions
{
    private readonly string[] _commandArguments;

    internal GlobalOptions(string[] arguments)
    {
        Arguments flags = new("sampan-runtime", arguments, "root=", "log=", "log-format=", "debug", "systemd-cgroup", "rootless=", "criu=", "version|v", "help|h");
        Root = System.IO.Path.GetFullPath(flags.Value("root") ?? DefaultRoot());
        Log = flags.Value("log");
        LogsJson = flags.Value("log-format") switch
        {
            null or "text" => false,
            "json" => true,
            { } other => throw new FaultException(FaultKind.InvalidArgument, $"invalid log-format: {other}"),
        };
        SystemdCgroup = flags.Has("systemd-cgroup");
        if (flags.Value("rootless") is not (null or "auto" or "false" or "true") and { } rootless)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid value \"{rootless}\" for flag -rootless: expected true, false or auto");
        WantsVersion = flags.Has("version");
        Command = flags.Has("help") ? "help" : flags.Operands.Count > 0 ? flags.Operands[0] : null;
        _commandArguments = [.. flags.Operands.Skip(1)];
    }

    /// <summary>Folder of the containers' state.</summary>
    internal string Root { get; }
    internal string? Log { get; }
    internal bool LogsJson { get; }
    internal bool SystemdCgroup { get; }
    internal bool WantsVersion { get; }
    internal string? Command { get; }
    internal ReadOnlySpan<string> CommandArguments => _commandArguments;

    internal ContainerRuntime Runtime => new(Root);

    private static string DefaultRoot()
    {
        const string Name = "sampan-runtime";
        return Linux.Native.Libc.geteuid() != 0 && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own ? $"{own}/{Name}" : $"/run/{Name}";
    }
}
