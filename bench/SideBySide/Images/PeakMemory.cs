namespace Sampan.Bench.SideBySide.Images;

/// <summary>The most memory a process has ever held at once, from now on. proc_pid_clear_refs(5).</summary>
public sealed class PeakMemory
{
    private readonly int _pid;

    private PeakMemory(int pid) => _pid = pid;

    public static PeakMemory Watch(int pid)
    {
        File.WriteAllText($"/proc/{pid}/clear_refs", "5");
        return new PeakMemory(pid);
    }

    public double Megabytes => double.Parse(File.ReadLines($"/proc/{_pid}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024 / 1e6;
}
