using Sampan.Cli.Tests.Client;

namespace Sampan.Cli.Tests;

/// <summary>login and logout: what is asked of the engine, and what is kept in config.json.</summary>
public sealed class LoginTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-cli-").FullName;

    private string ConfigFile => Path.Combine(_folder, "config.json");

    private Dictionary<string, string> Variables => new() { ["DOCKER_CONFIG"] = _folder };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Credentials_that_the_registry_took_are_kept_beside_everything_else_in_the_file()
    {
        await File.WriteAllTextAsync(ConfigFile, """{"psFormat":"x","auths":{"old.example":{"auth":"b2xkOm9sZA=="}}}""");
        await using var engine = ScriptedEngine.Of(("POST /auth", ScriptedEngine.Json("200 OK", """{"IdentityToken":"","Status":"Login Succeeded"}""")));
        var result = await CommandLine.RunAsync(["login", "-u", "ann", "--password-stdin", "https://registry.example:5000/v2/"], engine.Host, "secret\n", variables: Variables);
        Assert.Equal((0, "Login Succeeded\n"), (result.ExitCode, result.Out));
        Assert.Contains($"stored unencrypted in '{ConfigFile}'", result.Error);
        Assert.Equal("{\n\t\"auths\": {\n\t\t\"old.example\": {\n\t\t\t\"auth\": \"b2xkOm9sZA==\"\n\t\t},\n\t\t\"registry.example:5000\": {\n\t\t\t\"auth\": \"YW5uOnNlY3JldA==\"\n\t\t}\n\t},\n\t\"psFormat\": \"x\"\n}",
            await File.ReadAllTextAsync(ConfigFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ConfigFile));

        result = await CommandLine.RunAsync(["logout", "registry.example:5000"], engine.Host, variables: Variables);
        Assert.Equal(new CommandLine.Result(0, "Removing login credentials for registry.example:5000\n", ""), result);
        Assert.DoesNotContain("registry.example", await File.ReadAllTextAsync(ConfigFile));
        result = await CommandLine.RunAsync(["logout", "registry.example:5000"], engine.Host, variables: Variables);
        Assert.Equal(new CommandLine.Result(0, "Removing login credentials for registry.example:5000\n", ""), result);
    }

    [Fact]
    public async Task A_token_is_kept_instead_of_the_password_when_the_registry_gives_one()
    {
        await using var engine = ScriptedEngine.Of(("POST /auth", ScriptedEngine.Json("200 OK", """{"IdentityToken":"t0ken","Status":"Login Succeeded"}""")));
        var result = await CommandLine.RunAsync(["login", "-u", "ann", "--password-stdin"], engine.Host, "secret", variables: Variables);
        Assert.Equal(new CommandLine.Result(0, "Login Succeeded\n", ""), result);
        string kept = await File.ReadAllTextAsync(ConfigFile);
        Assert.Contains("\"https://index.docker.io/v1/\"", kept);
        Assert.Contains("\"identitytoken\": \"t0ken\"", kept);
        Assert.DoesNotContain("c2VjcmV0", kept);
    }

    [Fact]
    public async Task Nothing_is_kept_when_the_registry_refuses()
    {
        await using var engine = ScriptedEngine.Of(("POST /auth", ScriptedEngine.Json("401 Unauthorized", """{"message":"Get \"https://x/v2/\": unauthorized: incorrect username or password"}""")));
        var result = await CommandLine.RunAsync(["login", "-u", "ann", "-p", "guess", "x"], engine.Host, variables: Variables);
        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Contains("Error response from daemon: Get \"https://x/v2/\": unauthorized: incorrect username or password", result.Error);
        Assert.False(File.Exists(ConfigFile));
    }
}
