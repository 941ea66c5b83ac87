namespace Sampan.Engine.Spec;

/// <summary>What an unprivileged container cannot read or write of proc and sysfs, as Docker 28 has it.</summary>
internal static class DefaultPaths
{
    public static readonly IReadOnlyList<string> Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    public static readonly IReadOnlyList<string> Readonly =
    [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ];
}
