using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;

namespace Sampan.Runtime.CommandLine;

/// <summary>Writes a config.json to start from: a shell with the namespaces, mounts and masks of a usual container.</summary>
internal static class SpecCommand
{
    internal static Command Command => new("spec", """
        create a new specification file

        --bundle value, -b value  path to the root of the bundle directory
        --rootless  generate a configuration for a rootless container
        """, Run)
    { Operands = 0 };

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        string path = Path.Combine(parsed.Value("bundle") ?? ".", "config.json");
        using var file = Files.TryOpenAt(null, path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x1A4 /* 0644 */, out Errno errno)
            ?? throw (errno == Errno.EEXIST ? new FaultException(FaultKind.AlreadyExists, "File config.json exists. Remove it first")
                : new LinuxException(errno, "open", $"cannot write '{path}'"));
        Files.WriteAll(file, System.Text.Encoding.UTF8.GetBytes(parsed.Has("rootless") ? Rootless() : ForThisMachine()), path);
        return 0;
    }

    // Where cgroup v1 is mounted a cgroup namespace shows a container less than it may expect: runc leaves it out there too.
    private static string ForThisMachine()
        => CgroupFileSystem.IsUnified() ? Rootful : Rootful.Replace(""", { "type": "cgroup" }""", "");

    // A user namespace that maps root to ourselves; a netns of nobody's cannot mount sysfs, so the host's is bound.
    private static string Rootless()
    {
        string text = ForThisMachine()
            .Replace("""{ "type": "network" },""", """{ "type": "user" },""")
            .Replace("""{ "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"] },""",
                """{ "destination": "/sys", "type": "none", "source": "/sys", "options": ["rbind", "nosuid", "noexec", "nodev", "ro"] },""")
            .Replace(""", "gid=5"]""", "]")
            .Replace("\"linux\": {", $$"""
            "linux": {
                    "uidMappings": [{ "containerID": 0, "hostID": {{Libc.geteuid()}}, "size": 1 }],
                    "gidMappings": [{ "containerID": 0, "hostID": {{Libc.getegid()}}, "size": 1 }],
            """);
        return text;
    }

    private const string Rootful = """
        {
            "ociVersion": "1.3.0",
            "process": {
                "terminal": true,
                "user": { "uid": 0, "gid": 0 },
                "args": ["sh"],
                "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
                "cwd": "/",
                "capabilities": {
                    "bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
                    "effective": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
                    "permitted": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
                },
                "rlimits": [{ "type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024 }],
                "noNewPrivileges": true
            },
            "root": { "path": "rootfs", "readonly": true },
            "hostname": "runc",
            "mounts": [
                { "destination": "/proc", "type": "proc", "source": "proc" },
                { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"] },
                { "destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
                { "destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
                { "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"] },
                { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"] },
                { "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "relatime", "ro"] }
            ],
            "linux": {
                "resources": { "devices": [{ "allow": false, "access": "rwm" }] },
                "namespaces": [
                    { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" }, { "type": "cgroup" }
                ],
                "maskedPaths": ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                    "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"],
                "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
            }
        }

        """;
}
