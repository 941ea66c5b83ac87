using System.Text;
using Sampan.Faults;
using Sampan.Shim.Tests.Harness;
using Sampan.ShimClient;

namespace Sampan.Shim.Tests;

public sealed class LifecycleTests
{
    private static CancellationToken Patience => TestContainer.Patience;

    [Fact]
    public async Task A_container_is_created_runs_and_ends_with_its_exit_code_on_record()
    {
        await using var container = await TestContainer.CreateAsync(["sh", "-c", "exit 42"]);
        var created = await container.Client.StateAsync("", Patience);
        Assert.Equal((ProcessStatus.Created, container.InitPid), (created.Status, created.Pid));
        Assert.Null(ExitRecord.Read(container.Bundle));

        await container.Client.StartAsync("", Patience);
        var exit = await container.WaitAsync();
        Assert.Equal((42, false), (exit.ExitStatus, exit.OomKilled));

        var record = ExitRecord.Read(container.Bundle)!;
        Assert.Equal((exit.ExitStatus, exit.ExitedAt), (record.ExitStatus, record.ExitedAt));
        var stopped = await container.Client.StateAsync("", Patience);
        Assert.Equal((ProcessStatus.Stopped, 42, (DateTimeOffset?)exit.ExitedAt), (stopped.Status, stopped.ExitStatus, stopped.ExitedAt));
        Assert.Equal(42, (await container.Client.DeleteAsync("", Patience)).ExitStatus);
        Assert.Empty(Cgroups(container));

        await container.Client.ShutdownAsync(Patience);
        await container.ShimGoneAsync();
        Assert.False(File.Exists(container.SocketPath));
        Assert.False(File.Exists(container.AttachSocketPath));
    }

    [Theory]
    [InlineData(15, 143)]
    [InlineData(9, 137)]
    public async Task A_signal_ends_it_with_128_plus_its_number(int signal, int status)
    {
        // Signals without a handler do not reach the init of a pid namespace, so it has one for TERM.
        await using var container = await TestContainer.RunShellAsync("trap 'trap - TERM; exit 143' TERM; echo ready; while :; do sleep 0.1; done");
        await container.LoggedAsync("ready");
        await container.Client.KillAsync("", signal, all: false, Patience);
        Assert.Equal(status, (await container.WaitAsync()).ExitStatus);
        var fault = await Assert.ThrowsAsync<FaultException>(() => container.Client.KillAsync("", signal, all: false, Patience));
        Assert.Equal((FaultKind.NotFound, "process already finished"), (fault.Kind, fault.Message));
    }

    [Fact]
    public async Task A_running_container_cannot_be_deleted_and_a_created_one_can()
    {
        await using (var running = await TestContainer.RunAsync(["sleep", "1000"]))
            Assert.Equal(FaultKind.Conflict, (await Assert.ThrowsAsync<FaultException>(() => running.Client.DeleteAsync("", Patience))).Kind);

        await using var created = await TestContainer.CreateAsync(["true"]);
        await created.Client.DeleteAsync("", Patience);
        Assert.Equal(FaultKind.NotFound, (await Assert.ThrowsAsync<FaultException>(() => created.Client.StateAsync("", Patience))).Kind);
        Assert.Empty(Cgroups(created));
    }

    [Fact]
    public async Task A_killed_client_disturbs_nothing_and_the_next_one_finds_everything()
    {
        await using var container = await TestContainer.RunShellAsync("i=0; while [ ! -e /tmp/stop ]; do echo line $i; i=$((i+1)); sleep 0.01; done; exit 7");
        var abandoned = container.WaitAsync();
        await container.LoggedAsync("line 3");
        await container.Client.DisposeAsync(); // the daemon's end, as the shim sees it
        await Assert.ThrowsAsync<FaultException>(() => abandoned);

        await container.LoggedAsync("line 30");
        await container.ConnectAsync();
        Assert.Equal((container.ShimPid, container.InitPid), await container.Client.ConnectAsync(Patience) is var shim ? (shim.ShimPid, shim.TaskPid) : default);
        Assert.Equal(ProcessStatus.Running, (await container.Client.StateAsync("", Patience)).Status);
        var wait = container.WaitAsync();
        await using (var stop = await container.ExecAsync("stop", ["sh", "-c", "echo > /tmp/stop"])) await StreamFrames.ReadAllAsync(stop);
        Assert.Equal(7, (await wait).ExitStatus);
        var lines = container.Logged();
        Assert.Equal(Enumerable.Range(0, lines.Count).Select(i => ("stdout", $"line {i}\n")), lines);
    }

    [Fact]
    public async Task An_exit_that_nobody_waits_for_leaves_a_record_and_no_shim()
    {
        await using var container = await TestContainer.RunShellAsync("echo ready; while [ ! -e /proc/1/root/tmp/go ]; do sleep 0.05; done; echo last words; exit 3");
        await container.LoggedAsync("ready");
        File.WriteAllText($"/proc/{container.InitPid}/root/tmp/go", "");
        await container.Client.DisposeAsync();
        await container.ShimGoneAsync();
        Assert.Equal(3, ExitRecord.Read(container.Bundle)!.ExitStatus);
        Assert.Equal("last words\n", container.Logged()[^1].Log);
        Assert.Empty(Cgroups(container));
        Assert.False(File.Exists(container.SocketPath));
    }

    [Fact]
    public async Task A_shim_whose_engine_leaves_before_create_ends()
    {
        string folder = Directory.CreateTempSubdirectory("sampan-shim").FullName;
        try
        {
            int pid = ShimLauncher.Launch(new ShimLaunchOptions { RuntimePath = Checkout.SampanRuntime, Id = "x", Bundle = folder, SocketPath = $"{folder}/s" });
            await (await TaskClient.ConnectAsync($"{folder}/s", "x", Patience)).DisposeAsync();
            await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{pid}"), "the end of the shim");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named_and_nothing_stays()
    {
        var fault = await Assert.ThrowsAsync<FaultException>(() => TestContainer.RunAsync(["no-such-program"]));
        Assert.Contains("no-such-program", fault.Message, StringComparison.Ordinal);
        Assert.Contains("executable file not found in $PATH", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pausing_stops_it_and_resuming_lets_it_go_on()
    {
        await using var container = await TestContainer.RunShellAsync("i=0; while :; do echo line $i; i=$((i+1)); sleep 0.01; done");
        await container.LoggedAsync("line 3");
        await container.Client.PauseAsync(Patience);
        Assert.Equal(ProcessStatus.Paused, (await container.Client.StateAsync("", Patience)).Status);
        int before = container.Logged().Count;
        await Task.Delay(200);
        Assert.Equal(before, container.Logged().Count);
        await container.Client.ResumeAsync(Patience);
        await container.LoggedAsync($"line {before + 3}");
        Assert.Equal(ProcessStatus.Running, (await container.Client.StateAsync("", Patience)).Status);
    }

    [Fact]
    public async Task The_oom_killer_is_reported()
    {
        await using var container = await TestContainer.RunShellAsync("tail /dev/zero; exit 9", setup => setup.MemoryLimit = 16 << 20);
        // busybox has no /dev/zero here: a here-document of a growing variable eats memory as well.
        var exit = await container.WaitAsync();
        if (!exit.OomKilled)
        {
            await using var hungry = await TestContainer.RunShellAsync("x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done", setup => setup.MemoryLimit = 16 << 20);
            exit = await hungry.WaitAsync();
            Assert.True(exit.OomKilled);
            Assert.True(ExitRecord.Read(hungry.Bundle)!.OomKilled);
        }
    }

    [Fact]
    public async Task Stats_limits_and_pids_come_from_its_cgroup()
    {
        await using var container = await TestContainer.RunShellAsync("sleep 1000 & sleep 1000 & echo ready; wait", setup => setup.MemoryLimit = 64 << 20);
        await container.LoggedAsync("ready");
        var stats = await container.Client.StatsAsync(Patience);
        Assert.Equal(64ul << 20, stats.MemoryLimit);
        Assert.Equal(3ul, stats.PidsCurrent);
        Assert.True(stats.CpuTotalNanoseconds > 0 && stats.MemoryUsage > 0);
        Assert.Equal(3, (await container.Client.PidsAsync(Patience)).Count);
        Assert.Contains(container.InitPid, await container.Client.PidsAsync(Patience));

        await container.Client.UpdateAsync("{\"memory\":{\"limit\":50331648},\"pids\":{\"limit\":77}}"u8.ToArray(), Patience);
        var changed = await container.Client.StatsAsync(Patience);
        Assert.Equal((50331648ul, 77ul), (changed.MemoryLimit, changed.PidsLimit));
    }

    [Fact]
    public async Task Without_a_pid_namespace_nothing_outlives_its_init()
    {
        await using var container = await TestContainer.RunShellAsync("sleep 1000 & echo $!; exec true", setup => setup.HostPid = true);
        await container.WaitAsync();
        int orphan = int.Parse(container.Logged()[0].Log.Trim(), System.Globalization.CultureInfo.InvariantCulture);
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{orphan}"), "the end of the orphan");
        Assert.Empty(Cgroups(container));
    }

    [Fact]
    public async Task Without_criu_a_checkpoint_is_refused_and_the_container_goes_on()
    {
        Assert.False(File.Exists("/usr/sbin/criu"), "criu is installed: the checkpoint would be made. EndToEnd.Tests has the tests with it");
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        var fault = await Assert.ThrowsAsync<FaultException>(() => container.Client.CheckpointAsync(new TaskCheckpointRequest { Path = $"{container.Bundle}/images", Exit = true }, Patience));
        Assert.Contains("criu", fault.Message);
        Assert.Equal(ProcessStatus.Running, (await container.Client.StateAsync("", Patience)).Status);
        Assert.False(Directory.Exists($"{container.Bundle}/criu-work"));
    }

    [Fact]
    public async Task A_container_from_a_checkpoint_has_no_process_before_its_start_and_can_be_deleted_when_that_fails()
    {
        await using var container = await TestContainer.CreateAsync(["sleep", "1000"], setup => setup.Checkpoint = "/nowhere");
        Assert.Equal((ProcessStatus.Created, 0), ((await container.Client.StateAsync("", Patience)) is var state ? (state.Status, state.Pid) : default));
        await Assert.ThrowsAsync<FaultException>(() => container.Client.PauseAsync(Patience));
        await Assert.ThrowsAsync<FaultException>(() => container.Client.PidsAsync(Patience));
        await Assert.ThrowsAsync<FaultException>(() => container.Client.StartAsync("", Patience));
        Assert.Equal(0, (await container.Client.DeleteAsync("", Patience)).ExitStatus);
        Assert.Empty(Cgroups(container));
    }

    private static IEnumerable<string> Cgroups(TestContainer container) =>
        Directory.EnumerateDirectories("/sys/fs/cgroup").Select(hierarchy => $"{hierarchy}{container.CgroupsPath}").Where(Directory.Exists);
}
