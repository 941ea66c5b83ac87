namespace Sampan.Hello;

internal static class Kernel
{
    public static string Describe() => $"{ProcFile.Read("/proc/sys/kernel/ostype") ?? "Linux"} {ProcFile.Read("/proc/sys/kernel/osrelease")}, shared with the host";
}
