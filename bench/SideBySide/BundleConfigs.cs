namespace Sampan.Bench.SideBySide;

/// <summary>The smallest config.json that all runtimes take: namespaces, /proc and /dev, nothing else.</summary>
public static class BundleConfigs
{
    public const string Minimal = """
        {"ociVersion":"1.0.2","root":{"path":"rootfs"},"process":{"args":["true"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}},
         "mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}],
         "linux":{"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"uts"},{"type":"ipc"}]}}
        """;
}
