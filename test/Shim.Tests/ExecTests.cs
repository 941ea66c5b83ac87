using System.Text;
using Sampan.Faults;
using Sampan.Shim.Tests.Harness;
using Sampan.ShimClient;

namespace Sampan.Shim.Tests;

public sealed class ExecTests
{
    private static CancellationToken Patience => TestContainer.Patience;

    [Fact]
    public async Task Sixty_four_execs_at_once_each_get_their_own_input_output_and_exit_code()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            string exec = $"e{i}";
            await using var stream = await container.ExecAsync(exec, ["sh", "-c", $"read x; echo $x; echo {i} >&2; exit {i}"]);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"input {i}\n"), Patience);
            Assert.Equal(($"input {i}\n", $"{i}\n"), await StreamFrames.ReadAllAsync(stream));
            Assert.Equal(i, (await container.WaitAsync(exec)).ExitStatus);
            Assert.Equal(i, (await container.Client.DeleteAsync(exec, Patience)).ExitStatus);
        }));
        Assert.Equal(ProcessStatus.Running, (await container.Client.StateAsync("", Patience)).Status);
    }

    [Fact]
    public async Task An_exec_has_a_terminal_when_it_asks_for_one()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        await using var stream = await container.ExecAsync("t", ["sh", "-c", "tty; read x; echo got $x"], terminal: true);
        await StreamFrames.ReadUntilAsync(stream, "/dev/pts/");
        await stream.WriteAsync("hello\r"u8.ToArray(), Patience);
        await StreamFrames.ReadUntilAsync(stream, "got hello");
        Assert.Equal(0, (await container.WaitAsync("t")).ExitStatus);
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails_at_start_and_the_container_lives_on()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        var fault = await Assert.ThrowsAsync<FaultException>(() => container.ExecAsync("e", ["no-such-program"]));
        Assert.Contains("executable file not found in $PATH", fault.Message, StringComparison.Ordinal);
        await container.Client.DeleteAsync("e", Patience);
        Assert.Equal(FaultKind.NotFound, (await Assert.ThrowsAsync<FaultException>(() => container.Client.StateAsync("e", Patience))).Kind);
        Assert.Equal(ProcessStatus.Running, (await container.Client.StateAsync("", Patience)).Status);
    }

    [Fact]
    public async Task An_exec_is_signalled_alone_and_its_id_is_taken_only_once()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        await using var stream = await container.ExecAsync("e", ["sleep", "1000"]);
        Assert.Equal(FaultKind.AlreadyExists, (await Assert.ThrowsAsync<FaultException>(() => container.ExecAsync("e", ["true"]))).Kind);
        Assert.Equal(FaultKind.Conflict, (await Assert.ThrowsAsync<FaultException>(() => container.Client.DeleteAsync("e", Patience))).Kind);
        await container.Client.KillAsync("e", 15, all: false, Patience);
        Assert.Equal(143, (await container.WaitAsync("e")).ExitStatus);
        Assert.Equal(ProcessStatus.Running, (await container.Client.StateAsync("", Patience)).Status);
    }

    [Fact]
    public async Task Execs_end_with_their_container()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        await using var stream = await container.ExecAsync("e", ["sleep", "1000"]);
        var exec = container.WaitAsync("e");
        await container.Client.KillAsync("", 9, all: false, Patience);
        Assert.Equal(137, (await container.WaitAsync()).ExitStatus);
        Assert.Equal(137, (await exec).ExitStatus);
        await StreamFrames.ReadAllAsync(stream);
    }
}
