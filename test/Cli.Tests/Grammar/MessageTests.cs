namespace Sampan.Cli.Tests.Grammar;

public sealed class MessageTests
{
    public static TheoryData<string, string> Mistakes
    {
        get
        {
            var mistakes = new TheoryData<string, string>();
            foreach (string block in ("\n" + Golden.Read("messages.txt")).Split("\n$ ").Skip(1))
            {
                int end = block.IndexOf('\n', StringComparison.Ordinal);
                mistakes.Add(block[..end], block[(end + 1)..].TrimEnd('\n'));
            }
            return mistakes;
        }
    }

    [Theory, MemberData(nameof(Mistakes))]
    public async Task A_mistake_gets_dockers_words_and_exit_code(string line, string golden)
    {
        var result = await CommandLine.RunAsync(Golden.Words(line));

        Assert.Equal(golden, $"{result.Error.TrimEnd('\n')}\n[{result.ExitCode}]");
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("build .", "docker: 'docker build' is not supported yet")]
    [InlineData("run --use-api-socket x", "the option --use-api-socket is not supported yet")]
    [InlineData("start --checkpoint x y", "the option --checkpoint is not supported yet")]
    [InlineData("pull --disable-content-trust=false x", "verifying signatures of images is not supported yet")]
    [InlineData("--context other ps", "context 'other': docker contexts are not supported yet")]
    [InlineData("--tlsverify ps", "the option --tlsverify is not supported yet")]
    [InlineData("-H ssh://host ps", "the scheme 'ssh' is not supported yet")]
    public async Task What_docker_has_and_we_have_not_is_refused_by_name(string line, string words)
    {
        var result = await CommandLine.RunAsync(Golden.Words(line));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_use_the_name_the_program_was_called_by()
    {
        var result = await CommandLine.RunAsync(["run"], program: "sampan");

        Assert.StartsWith("sampan: 'sampan run' requires at least 1 argument", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_engine_at_a_given_address_the_address_is_told_and_nothing_is_started()
    {
        var result = await CommandLine.RunAsync(["ps"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("Cannot connect to the Docker daemon at unix:///nonexistent/engine.sock. Is the docker daemon running?\n", result.Error);
    }

    [Fact]
    public async Task A_socket_path_that_is_too_long_is_told()
    {
        var result = await CommandLine.RunAsync(["ps"], host: "unix:///" + new string('x', 107));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("longer than 107 bytes", result.Error, StringComparison.Ordinal);
    }
}
