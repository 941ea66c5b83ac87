namespace Sampan.Hello;

internal static class Processes
{
    public static string Describe()
    {
        int pid = Environment.ProcessId;
        int visible = Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc").Count(path => path.AsSpan("/proc/".Length).IndexOfAnyExceptInRange('0', '9') < 0) : 0;
        string others = visible == 1 ? "no other process is visible" : $"{visible} processes are visible";
        return pid == 1 ? $"pid 1, the first of its namespace; {others}" : $"pid {pid}; {others}";
    }
}
