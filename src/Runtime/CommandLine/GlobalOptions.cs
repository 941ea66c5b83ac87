using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>What stands before the command.</summary>
internal sealed class GlobalOptions
{
    internal const string ProgramName = "sampan-runtime";
    private readonly string[] _commandArguments;

    internal GlobalOptions(string[] arguments)
    {
        Arguments flags = new(Syntax, arguments, flagsEndAtOperand: true);
        Root = System.IO.Path.GetFullPath(flags.Value("root") ?? DefaultRoot());
        HasRoot = flags.Value("root") is not null;
        Log = flags.Value("log");
        Debug = flags.Has("debug");
        LogsJson = flags.Value("log-format") switch
        {
            null or "text" => false,
            "json" => true,
            { } other => throw new FaultException(FaultKind.InvalidArgument, $"invalid log-format: {other}"),
        };
        SystemdCgroup = flags.Value("cgroup-manager") switch
        {
            null => flags.Has("systemd-cgroup"),
            "systemd" => true,
            "cgroupfs" => false,
            "disabled" => !(NoCgroup = true),
            { } other => throw new FaultException(FaultKind.InvalidArgument, $"unknown cgroup manager '{other}': expected cgroupfs, systemd or disabled"),
        };
        MayLackCgroups = flags.Value("rootless") switch
        {
            null or "auto" => Linux.Native.Libc.geteuid() != 0 || Linux.Namespaces.InUserNamespace,
            "true" => true,
            "false" => false,
            { } other => throw new FaultException(FaultKind.InvalidArgument, $"invalid value \"{other}\" for flag -rootless: expected true, false or auto"),
        };
        WantsVersion = flags.Has("version");
        Command = flags.WantsHelp ? null : flags.Operands.Count > 0 ? flags.Operands[0] : null;
        _commandArguments = [.. flags.OperandsAfterFirst()];
    }

    internal static Syntax Syntax => new("", """


        --debug  enable debug logging
        --log value  set the log file to write logs to (default is '/dev/stderr')
        --log-format value  set the log format: 'text' (default) or 'json'
        --root value  root directory for storage of container state (default: /run/sampan-runtime, or below $XDG_RUNTIME_DIR)
        --criu value  ignored, as runc does: criu is searched for in $PATH
        --systemd-cgroup  enable systemd cgroup support, expects cgroupsPath to be of form "slice:prefix:name"
        --cgroup-manager value  crun's name for it: cgroupfs (default), systemd, or disabled for no cgroup of its own
        --rootless value  go on without cgroups where they are out of reach: true, false or auto (default)
        --version, -v  print the version
        """);

    /// <summary>Folder of the containers' state.</summary>
    internal string Root { get; }
    /// <summary>It was given, and so should be there.</summary>
    internal bool HasRoot { get; }
    internal string? Log { get; }
    internal bool LogsJson { get; }
    internal bool Debug { get; }
    internal bool SystemdCgroup { get; }
    /// <summary>None is wanted.</summary>
    internal bool NoCgroup { get; }
    /// <summary>Without privileges no cgroup may be within reach; a container that asks for none then does without.</summary>
    internal bool MayLackCgroups { get; }
    internal bool WantsVersion { get; }
    internal string? Command { get; }
    internal ReadOnlySpan<string> CommandArguments => _commandArguments;

    internal ContainerRuntime Runtime => new(Root);

    private static string DefaultRoot()
        => Linux.Native.Libc.geteuid() != 0 && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own ? $"{own}/{ProgramName}" : $"/run/{ProgramName}";
}
