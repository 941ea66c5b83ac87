using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

/// <summary>Control groups of the v1 hierarchies, as this kind of machine has them. Those of v2 are in EndToEnd.Tests, in the microVM.</summary>
public sealed class CgroupTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_memory_limit_in_which_not_even_the_creation_fits_is_named()
    {
        Outcome outcome = _host.RunScript("true", bundle => bundle.Linux["resources"] = JsonNode.Parse("""{"memory":{"limit":4096,"swap":4096}}"""));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("container init was OOM-killed (memory limit too low?): linux.resources.memory.limit is 4096 bytes", outcome.Error);
    }

    [Fact]
    public void A_creation_that_was_killed_leaves_no_cgroup_and_no_process_once_it_is_deleted()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        bundle.Config["hooks"] = new JsonObject { ["createRuntime"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", $"echo $$ > {_host.Folder}/hook; mv {_host.Folder}/hook {_host.Folder}/waits; exec sleep 1000") }) };
        using Process create = Process.Start(new ProcessStartInfo(RuntimeProgramHost.Program, ["--root", _host.StateRoot, "create", "-b", bundle.Write(), _host.Id]) { RedirectStandardError = true })!;
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"{_host.Folder}/waits"), TimeSpan.FromSeconds(30)), "the hook was not reached");
        string[] processes = [.. File.ReadAllLines(Group("pids", "cgroup.procs"))];
        Assert.NotEmpty(processes);
        create.Kill();
        create.WaitForExit();
        Assert.True(Directory.Exists(Group("pids", "")));
        Process.GetProcessById(int.Parse(File.ReadAllText($"{_host.Folder}/waits"), System.Globalization.CultureInfo.InvariantCulture)).Kill();   // the hook, whose parent is gone

        RuntimeProgramHost.Succeed(_host.Run("delete", "--force", _host.Id));
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup")) Assert.False(Directory.Exists($"{hierarchy}/sampan-test/{_host.Id}"), hierarchy);
        foreach (string pid in processes) Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{pid}"), TimeSpan.FromSeconds(10)), $"process {pid} is left");
    }

    [Fact]
    public void A_parent_whose_cpuset_somebody_left_empty_is_filled()
    {
        File.WriteAllText($"{Directory.CreateDirectory(Group("cpuset", "")).FullName}/cgroup.clone_children", "0");   // else the kernel fills it
        string parent = Directory.CreateDirectory(Group("cpuset", "between")).FullName;
        Assert.Equal("", File.ReadAllText($"{parent}/cpuset.cpus").Trim());
        Bundle bundle = new(_host);
        bundle.Linux["cgroupsPath"] = $"/sampan-test/{_host.Id}/between/last";
        bundle.Linux["resources"] = JsonNode.Parse("""{"cpu":{"cpus":"0"}}""");
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        RuntimeProgramHost.Succeed(_host.Run("run", "-d", "-b", bundle.Write(), _host.Id));
        Assert.NotEqual("", File.ReadAllText($"{parent}/cpuset.cpus").Trim());
        Assert.Equal("0\n", File.ReadAllText($"{parent}/last/cpuset.cpus"));
        RuntimeProgramHost.Succeed(_host.Run("delete", "--force", _host.Id));
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup"))
            foreach (string folder in (string[])[$"{hierarchy}/sampan-test/{_host.Id}/between", $"{hierarchy}/sampan-test/{_host.Id}"])
                if (Directory.Exists(folder)) Directory.Delete(folder);
    }

    [Fact]
    public void A_realtime_period_below_the_old_runtime_is_set_with_the_new_runtime()
    {
        Bundle bundle = new(_host);
        string path = $"/sampan-test-realtime-{_host.Id}";   // below the root, which alone has time to give
        bundle.Linux["cgroupsPath"] = path;
        bundle.Linux["resources"] = JsonNode.Parse("""{"cpu":{"realtimePeriod":1000000,"realtimeRuntime":100000}}""");
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        RuntimeProgramHost.Succeed(_host.Run("run", "-d", "-b", bundle.Write(), _host.Id));
        Assert.Equal("100000\n1000000\n", File.ReadAllText($"/sys/fs/cgroup/cpu{path}/cpu.rt_runtime_us") + File.ReadAllText($"/sys/fs/cgroup/cpu{path}/cpu.rt_period_us"));
        RuntimeProgramHost.Succeed(_host.Run("update", "--cpu-rt-period", "50000", "--cpu-rt-runtime", "5000", _host.Id));
        Assert.Equal("5000\n50000\n", File.ReadAllText($"/sys/fs/cgroup/cpu{path}/cpu.rt_runtime_us") + File.ReadAllText($"/sys/fs/cgroup/cpu{path}/cpu.rt_period_us"));
        RuntimeProgramHost.Succeed(_host.Run("delete", "--force", _host.Id));
        Assert.False(Directory.Exists($"/sys/fs/cgroup/cpu{path}"));
    }

    private string Group(string controller, string file) => $"/sys/fs/cgroup/{controller}/sampan-test/{_host.Id}/{file}";
}
