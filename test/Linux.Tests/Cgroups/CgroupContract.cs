using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Tests.Cgroups;

/// <summary>What holds for every kind of cgroup file system. The groups lie under a name of their own and are gone afterwards.</summary>
public abstract class CgroupContract : IDisposable
{
    private readonly List<Process> _processes = [];
    private readonly List<ICgroup> _groups = [];
    private readonly string _parent = $"/sampan-test-{Guid.NewGuid():n}";

    protected abstract CgroupFileSystem FileSystem { get; }

    [Fact]
    public void A_group_is_made_in_every_hierarchy_and_removed_from_all()
    {
        ICgroup group = Create(null);
        Assert.True(group.Exists);
        Assert.NotEmpty(group.Directories);
        Assert.All(group.Directories.Values, directory => Assert.True(Directory.Exists(directory), directory));
        group.Delete(TimeSpan.Zero);
        group.Delete(TimeSpan.Zero);
        Assert.False(group.Exists);
        Assert.All(group.Directories.Values, directory => Assert.False(Directory.Exists(directory), directory));
    }

    [Fact]
    public void A_process_joins_by_the_entrance_and_its_children_are_listed_frozen_and_killed()
    {
        ICgroup group = Create(null);
        Process shell = StartInside(group, "sleep 1000 & sleep 1000 & wait");
        WaitUntil(() => group.Processes().Count == 3);
        Assert.Contains(shell.Id, group.Processes());

        Assert.False(group.IsFrozen);
        group.Freeze();
        Assert.True(group.IsFrozen);
        group.Thaw();
        Assert.False(group.IsFrozen);

        group.KillAll();
        shell.WaitForExit();
        Assert.Equal(128 + 9, shell.ExitCode);
        group.Delete(TimeSpan.FromSeconds(5));
        Assert.False(group.Exists);
    }

    [Fact]
    public void A_frozen_group_is_killed_too()
    {
        ICgroup group = Create(null);
        Process shell = StartInside(group, "sleep 1000");
        WaitUntil(() => group.Processes().Count > 0);
        group.Freeze();
        group.KillAll();
        Assert.True(shell.WaitForExit(5000));
        group.Delete(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_running_process_is_moved_and_a_group_with_processes_is_not_removed()
    {
        ICgroup group = Create(null);
        Process sleep = Start("exec sleep 1000");
        group.AddProcess(sleep.Id);
        Assert.Equal([sleep.Id], group.Processes());
        FaultException fault = Assert.Throws<FaultException>(() => group.Delete(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(FaultKind.Conflict, fault.Kind);
        Assert.Contains(sleep.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), fault.Message);
        fault = Assert.Throws<FaultException>(() => FileSystem.Create(group.Path, null));
        Assert.Equal(FaultKind.AlreadyExists, fault.Kind);
        Assert.True(group.Exists);
        LinuxException gone = Assert.Throws<LinuxException>(() => group.AddProcess(int.MaxValue - 1));
        Assert.Equal(Errno.ESRCH, gone.Errno);
    }

    [Fact]
    public void Groups_that_the_container_made_below_go_with_it()
    {
        ICgroup group = Create(null);
        foreach (string directory in group.Directories.Values) Directory.CreateDirectory(Path.Combine(directory, "inner", "most"));
        group.Delete(TimeSpan.FromSeconds(1));
        Assert.False(group.Exists);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("/a/../../b")]
    public void Paths_that_leave_or_name_the_root_are_refused(string path)
        => Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => FileSystem.Open(path)).Kind);

    [Fact]
    public void A_failed_limit_leaves_no_group_behind()
    {
        string path = $"{_parent}/failed";
        LinuxResources wrong = new() { Unified = new Dictionary<string, string> { ["nosuch.file"] = "1" }, Network = new NetworkResources { ClassID = 7 } };
        FaultException fault = Assert.Throws<FaultException>(() => FileSystem.Create(path, wrong));
        Assert.Equal(FaultKind.NotSupported, fault.Kind);
        Assert.False(FileSystem.Open(path).Exists);
    }

    [Fact]
    public void Devices_are_refused_unless_a_rule_or_a_default_allows_them()
    {
        ICgroup group = Create(new LinuxResources
        {
            Devices =
            [
                new DeviceCgroupRule { Allow = false, Access = "rwm" },
                new DeviceCgroupRule { Allow = true, Type = "c", Major = 1, Minor = 11, Access = "r" },   // kmsg, to read only
            ],
        });
        Process shell = StartInside(group, """
            head -c1 /dev/zero >/dev/null && echo zero
            true <>/dev/kmsg || echo no-kmsg-write
            true </dev/kmsg && echo kmsg-read
            true </dev/loop-control || echo no-loop
            """);
        string output = shell.StandardOutput.ReadToEnd();
        Assert.Equal(["zero", "no-kmsg-write", "kmsg-read", "no-loop"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        group.Apply(new LinuxResources { Devices = [new DeviceCgroupRule { Allow = true }] });
        Assert.Equal("ok\n", StartInside(group, "true </dev/loop-control && echo ok").StandardOutput.ReadToEnd());
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It ended by itself.
            }
            process.WaitForExit();
            process.Dispose();
        }
        foreach (ICgroup group in _groups)
        {
            group.KillAll();
            group.Delete(TimeSpan.FromSeconds(5));
        }
        FileSystem.RemoveEmpty(_parent);
        Restore();
        GC.SuppressFinalize(this);
    }

    protected virtual void Restore()
    {
    }

    protected ICgroup Create(LinuxResources? resources)
    {
        ICgroup group = FileSystem.Create($"{_parent}/{_groups.Count}", resources);
        _groups.Add(group);
        return group;
    }

    /// <summary>A shell that joins as a runtime's child does, then runs the script.</summary>
    protected Process StartInside(ICgroup group, string script)
    {
        using CgroupEntrance entrance = group.OpenEntrance();
        string join = string.Concat(entrance.Tasks.Select(tasks => $"echo 0 > /proc/{Environment.ProcessId}/fd/{tasks.Fd()}\n"));
        // A shell cannot call clone3: on v2 it writes itself into cgroup.procs.
        if (entrance.CloneInto is { } directory) join += $"echo 0 > /proc/{Environment.ProcessId}/fd/{directory.Fd()}/cgroup.procs\n";
        Process shell = Start($"{join}echo joined\n{script}");
        Assert.Equal("joined", shell.StandardOutput.ReadLine());
        return shell;
    }

    protected static string Read(ICgroup group, string controller, string file) => File.ReadAllText(Path.Combine(group.Directories[controller], file)).Trim();

    protected static void WaitUntil(Func<bool> condition)
    {
        for (int i = 0; i < 1000 && !condition(); i++) Thread.Sleep(5);
        Assert.True(condition());
    }

    private Process Start(string script)
    {
        ProcessStartInfo start = new("sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        Process process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }
}
