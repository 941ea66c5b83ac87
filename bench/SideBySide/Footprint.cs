namespace Sampan.Bench.SideBySide;

/// <summary>Sizes: memory as PSS in MB (a page that n processes share counts 1/n for each), programs in MB.</summary>
public sealed record Footprint(double OurReadyMs, double? DockerReadyMs, double DaemonIdlePss, double? DockerIdlePss, double ShimPss, double ShimOf100Pss, double SampanMb, double RuntimeMb)
{
    public static Footprint Measure(Workspace w, BenchOptions options)
    {
        Thread.Sleep(8000); // idle is what a daemon is some seconds after its last request
        double daemon = Pss(w.OurDaemonPid);
        double? docker = w.DockerPid is { } pid ? Pss(pid) + ProcessesNamed("containerd").Sum(Pss) : null;
        w.Sh("docker ps -aq | xargs -r docker rm -f > /dev/null; docker run -d busybox sleep 100000 > /dev/null", w.OurEngine);
        Thread.Sleep(500);
        double one = Shims(w).Select(Pss).DefaultIfEmpty(double.NaN).Average();
        w.Sh("seq 99 | xargs -P 8 -I N docker run -d busybox sleep 100000 > /dev/null", w.OurEngine);
        Thread.Sleep(500);
        double hundred = Shims(w).Select(Pss).DefaultIfEmpty(double.NaN).Average();
        return new Footprint(w.OurReadyMs, w.DockerReadyMs, daemon, docker, one, hundred,
            new FileInfo(w.Sampan).Length / 1e6, new FileInfo(w.SampanRuntime).Length / 1e6);
    }

    private static IEnumerable<int> Shims(Workspace w) => Processes().Where(p => CommandLine(p).Contains("\0shim\0--engine") && CommandLine(p).Contains(w.Folder));

    private static IEnumerable<int> ProcessesNamed(string name) => Processes().Where(p => Path.GetFileName(Link(p)) == name);

    private static IEnumerable<int> Processes() => Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out int pid) ? pid : 0).Where(pid => pid > 0);

    private static string? Link(int pid) { try { return File.ResolveLinkTarget($"/proc/{pid}/exe", false)?.FullName; } catch (IOException) { return null; } }

    private static string CommandLine(int pid) { try { return File.ReadAllText($"/proc/{pid}/cmdline"); } catch (IOException) { return ""; } }

    private static double Pss(int pid) => File.ReadLines($"/proc/{pid}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kib, ..] ? double.Parse(kib) * 1024 / 1e6 : double.NaN;
}
