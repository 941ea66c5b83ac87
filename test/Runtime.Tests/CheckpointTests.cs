namespace Sampan.Runtime.Tests;

/// <summary>What can be said of checkpoint and restore where criu does not work; that they work is proven in the microVM (EndToEnd.Tests).</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Without_criu_the_package_is_named_and_the_container_runs_on()
    {
        _host.StartSleeper();
        Outcome outcome = WithPath("/nowhere", "checkpoint", "--image-path", $"{_host.Folder}/images", _host.Id);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("checkpoint and restore need criu, and there is none in $PATH; install the package criu", outcome.Error);
        Assert.Contains("\"status\": \"running\"", RuntimeProgramHost.Succeed(_host.Run("state", _host.Id)));
        Assert.False(Directory.Exists($"{_host.Folder}/images"));
    }

    [Fact]
    public void A_container_that_does_not_run_is_not_saved()
    {
        Bundle bundle = new(_host);
        RuntimeProgramHost.Succeed(_host.Run("create", "-b", bundle.Write(), _host.Id));
        Outcome outcome = _host.Run("checkpoint", _host.Id);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Container cannot be checkpointed in created state", outcome.Error);
        Assert.Contains("container does not exist: 'none'", _host.Run("checkpoint", "none").Error);
    }

    [Fact]
    public void A_restore_that_fails_leaves_nothing()
    {
        Bundle bundle = new(_host);
        string folder = bundle.Write();
        Assert.Contains("install the package criu", WithPath("/nowhere", "restore", "-d", "-b", folder, _host.Id).Error);
        Assert.Empty(Directory.GetDirectories(_host.StateRoot));
        // Something by that name that does not speak criu's protocol.
        string programs = Directory.CreateDirectory($"{_host.Folder}/programs").FullName;
        File.WriteAllText($"{programs}/criu", "#!/bin/sh\nexit 3\n");
        File.SetUnixFileMode($"{programs}/criu", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Outcome outcome = WithPath($"{programs}:/usr/bin:/bin", "restore", "-d", "-b", folder, _host.Id);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("criu ended without an answer: exit status 3", outcome.Error);
        Assert.Empty(Directory.GetDirectories(_host.StateRoot));
    }

    [Theory]
    [InlineData("--parent-path must be relative", "checkpoint", "--parent-path", "/tmp")]
    [InlineData("invalid --parent-path: stat ", "checkpoint", "--parent-path", "nowhere")]
    [InlineData("invalid manage-cgroups-mode value", "checkpoint", "--manage-cgroups-mode", "all")]
    [InlineData("uts\\\" is not supported", "checkpoint", "--empty-ns", "uts")]
    [InlineData("Use --page-server ADDRESS:PORT to specify page server", "checkpoint", "--page-server", ":1")]
    [InlineData("Invalid port number", "checkpoint", "--page-server", "127.0.0.1:http")]
    [InlineData("invalid --status-fd argument 77: bad file descriptor", "checkpoint", "--lazy-pages", "--status-fd=77")]
    public void Options_that_make_no_sense_are_refused_in_runcs_words(string words, params string[] arguments)
    {
        _host.StartSleeper();
        Outcome outcome = _host.Run([.. arguments, "--image-path", $"{_host.Folder}/images", _host.Id]);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(words, outcome.Error);
    }

    [Fact]
    public void Standard_streams_that_are_dev_null_are_the_containers_own()
    {
        Outcome outcome = _host.RunScript("stat -c %d /dev/null; stat -L -c %d /proc/self/fd/0");
        string[] devices = RuntimeProgramHost.Succeed(outcome).Split('\n');
        Assert.Equal(devices[0], devices[1]);
    }

    private Outcome WithPath(string path, params string[] arguments)
        => RuntimeProgramHost.Execute("/usr/bin/env", [$"PATH={path}", RuntimeProgramHost.Program, "--root", _host.StateRoot, .. arguments]);
}
