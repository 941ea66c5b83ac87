using Sampan.Faults;
using Sampan.Runtime.Criu;

namespace Sampan.Runtime.CommandLine;

/// <summary>What checkpoint and restore both take.</summary>
internal static class CriuFlags
{
    internal static string ImagePath(Arguments parsed) => Path.GetFullPath(parsed.Value("image-path") ?? "checkpoint");

    /// <exception cref="FaultException">InvalidArgument.</exception>
    internal static CriuOptions Read(Arguments parsed)
    {
        foreach (string type in parsed.Values("empty-ns"))
            if (type != "network") throw new FaultException(FaultKind.InvalidArgument, $"namespace \"{type}\" is not supported");
        return new()
        {
            ImagePath = ImagePath(parsed),
            WorkPath = parsed.Value("work-path") is { } work ? Path.GetFullPath(work) : null,
            TcpEstablished = parsed.Has("tcp-established"),
            ExternalUnixSockets = parsed.Has("ext-unix-sk"),
            ShellJob = parsed.Has("shell-job"),
            FileLocks = parsed.Has("file-locks"),
            AutoDedup = parsed.Has("auto-dedup"),
            LazyPages = parsed.Has("lazy-pages"),
            Cgroups = parsed.Value("manage-cgroups-mode") switch
            {
                null => CriuCgroupMode.Default,
                "soft" => CriuCgroupMode.Soft,
                "full" => CriuCgroupMode.Full,
                "strict" => CriuCgroupMode.Strict,
                "ignore" => CriuCgroupMode.Ignore,
                _ => throw new FaultException(FaultKind.InvalidArgument, "invalid manage-cgroups-mode value"),
            },
        };
    }
}
