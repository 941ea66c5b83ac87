using System.Globalization;
using System.Numerics;

namespace Sampan.Hello;

/// <summary>capabilities(7): the effective set, and the rest the process can never get back.</summary>
internal static class Capabilities
{
    private static readonly string[] Names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service",
        "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin",
        "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap", "mac_override",
        "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
    ];
    private const int PerLine = 7;

    public static string Describe()
    {
        if (!ulong.TryParse(ProcFile.Status("CapEff"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong effective)) return "unknown";
        string gains = ProcFile.Status("NoNewPrivs") == "1" ? "; no new privileges" : "";
        if (effective == 0) return "none" + gains;
        var held = Names.Where((_, bit) => (effective >> bit & 1) != 0).Chunk(PerLine).Select(names => string.Join(' ', names));
        return $"{BitOperations.PopCount(effective)} of {Names.Length}{gains}\n{string.Join('\n', held)}";
    }
}
