using System.Text;
using System.Text.Json;
using Sampan.Cli.Tests.Client;

namespace Sampan.Cli.Tests;

/// <summary>What config.json says beside credentials: the programs that keep them, and the proxies of containers.</summary>
public sealed class CredentialHelperTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-cli-").FullName;

    private string ConfigFile => Path.Combine(_folder, "config.json");

    private string Kept => Path.Combine(_folder, "kept");

    private Dictionary<string, string> Variables => new() { ["DOCKER_CONFIG"] = _folder, ["PATH"] = _folder + ":/usr/bin:/bin" };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_helper_gives_the_credentials_of_its_registry()
    {
        MakeHelper("one", """read server; [ "$server" = registry.example ] && echo '{"ServerURL":"registry.example","Username":"ann","Secret":"s3cret"}' || { echo 'credentials not found in native keychain'; exit 1; }""");
        MakeHelper("all", """echo '{"Username":"<token>","Secret":"t0ken"}'""");
        await File.WriteAllTextAsync(ConfigFile, """{"credsStore":"all","credHelpers":{"registry.example":"one","none.example":"one"}}""");
        Assert.Equal("""{"username":"ann","password":"s3cret","serveraddress":"registry.example"}""", await PushedAuthAsync("registry.example/app"));
        Assert.Equal("""{"serveraddress":"other.example","identitytoken":"t0ken"}""", await PushedAuthAsync("other.example/app"));
        Assert.Equal("{}", await PushedAuthAsync("none.example/app"));
    }

    [Fact]
    public async Task A_login_is_kept_by_the_helper_and_a_logout_erases_it()
    {
        MakeHelper("store", $"echo $1 >> {Kept}; cat >> {Kept}; [ $1 = get ] && echo '{{\"Username\":\"ann\",\"Secret\":\"x\"}}'; exit 0");
        await File.WriteAllTextAsync(ConfigFile, """{"credsStore":"store"}""");
        await using var engine = ScriptedEngine.Of(("POST /auth", ScriptedEngine.Json("200 OK", """{"IdentityToken":"","Status":"Login Succeeded"}""")));
        var result = await CommandLine.RunAsync(["login", "-u", "ann", "--password-stdin", "registry.example"], engine.Host, "secret", variables: Variables);
        Assert.Equal(new CommandLine.Result(0, "Login Succeeded\n", ""), result);
        Assert.Equal("store\n{\"ServerURL\":\"registry.example\",\"Username\":\"ann\",\"Secret\":\"secret\"}", await File.ReadAllTextAsync(Kept));
        Assert.DoesNotContain("c2VjcmV0", await File.ReadAllTextAsync(ConfigFile));
        Assert.Contains("\"registry.example\": {}", await File.ReadAllTextAsync(ConfigFile));

        File.Delete(Kept);
        await CommandLine.RunAsync(["logout", "registry.example"], engine.Host, variables: Variables);
        Assert.Equal("get\nregistry.exampleerase\nregistry.example", await File.ReadAllTextAsync(Kept));
        Assert.DoesNotContain("registry.example", await File.ReadAllTextAsync(ConfigFile));
    }

    [Theory]
    [InlineData("absent", "error getting credentials - err: exec: \"docker-credential-absent\": executable file not found in $PATH, out: ``")]
    [InlineData("broken", "error getting credentials - err: exit status 3, out: `it is locked`")]
    public async Task A_helper_that_is_missing_or_fails_is_named(string helper, string message)
    {
        MakeHelper("broken", "echo it is locked; exit 3");
        await File.WriteAllTextAsync(ConfigFile, $$"""{"credsStore":"{{helper}}"}""");
        await using var engine = ScriptedEngine.Of();
        var result = await CommandLine.RunAsync(["push", "registry.example/app:1"], engine.Host, variables: Variables);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error);
    }

    [Fact]
    public async Task Proxies_of_the_file_go_to_containers_unless_the_command_line_has_them()
    {
        await File.WriteAllTextAsync(ConfigFile, """{"proxies":{"default":{"httpProxy":"http://proxy:1","noProxy":"localhost","allProxy":""}}}""");
        Assert.Equal(["A=1", "http_proxy=mine", "HTTP_PROXY=http://proxy:1", "NO_PROXY=localhost", "no_proxy=localhost"], await EnvironmentAsync("-e", "A=1", "-e", "http_proxy=mine"));
        await File.WriteAllTextAsync(ConfigFile, """{}""");
        Assert.Equal(["A=1"], await EnvironmentAsync("-e", "A=1"));
    }

    [Fact]
    public async Task A_tree_shows_the_manifests_of_each_image()
    {
        const string Images = """
            [{"Id":"sha256:aaaaaaaaaaaaaaaa","RepoTags":["app:1","registry.example/app:1"],"Created":2,"Size":3000000,"Containers":0,"Manifests":[
            {"ID":"sha256:bbbbbbbbbbbbbbbb","Available":true,"Kind":"image","Descriptor":{},"Size":{"Total":2000000,"Content":1000000},"ImageData":{"Platform":{"os":"linux","architecture":"arm64","variant":"v8"},"Containers":["c"]}},
            {"ID":"sha256:cccccccccccccccc","Available":true,"Kind":"attestation","Descriptor":{},"Size":{"Total":500,"Content":500},"AttestationData":{"For":"sha256:bbbbbbbbbbbbbbbb"}}]},
            {"Id":"sha256:dddddddddddddddd","RepoTags":[],"Created":3,"Size":1}]
            """;
        await using var engine = ScriptedEngine.Of(("GET /images/json", ScriptedEngine.Json("200 OK", Images)));
        var result = await CommandLine.RunAsync(["images", "--tree"], engine.Host, variables: Variables);
        Assert.Equal(new string(' ', 61) + " Info ->  U In Use \n\n"
            + "IMAGE                           ID             DISK USAGE   CONTENT SIZE   EXTRA\n"
            + "registry.example/app:1".PadRight(29) + "\n"
            + "app:1                           aaaaaaaaaaaa          3MB            1MB   U\n"
            + "├─ linux/arm64/v8               bbbbbbbbbbbb          2MB            1MB   U\n"
            + "└─ attestation of bbbbbbbbbb…   cccccccccccc         500B           500B    \n\n", result.Out);
        Assert.Contains("manifests=1", engine.Requests[^1]);
        Assert.Equal("--quiet is not yet supported with --tree\n", (await CommandLine.RunAsync(["images", "--tree", "-q"], engine.Host, variables: Variables)).Error);
    }

    private void MakeHelper(string name, string script)
    {
        string path = Path.Combine(_folder, "docker-credential-" + name);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>What X-Registry-Auth of a push says.</summary>
    private async Task<string> PushedAuthAsync(string name)
    {
        string header = "";
        await using var engine = Recording(head => header = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("X-Registry-Auth: ", StringComparison.Ordinal)) ?? header);
        await CommandLine.RunAsync(["push", "-q", name + ":1"], engine.Host, variables: Variables);
        return Encoding.UTF8.GetString(Convert.FromBase64String(header["X-Registry-Auth: ".Length..].Replace('-', '+').Replace('_', '/')));
    }

    private async Task<IEnumerable<string?>> EnvironmentAsync(params string[] options)
    {
        string body = "";
        await using var engine = Recording(head => body = head.Contains("/containers/create", StringComparison.Ordinal) ? head[(head.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..] : body);
        await CommandLine.RunAsync(["create", .. options, "busybox"], engine.Host, variables: Variables);
        return JsonDocument.Parse(body).RootElement.GetProperty("Env").EnumerateArray().Select(variable => variable.GetString()).ToList();
    }

    private static ScriptedEngine Recording(Action<string> record) => new(async (head, connection) =>
    {
        record(head);
        string answer = head.Contains("/_ping", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 2\r\n\r\nOK"
            : head.Contains("/containers/create", StringComparison.Ordinal) ? ScriptedEngine.Json("201 Created", $"{{\"Id\":\"{Id}\",\"Warnings\":[]}}") : ScriptedEngine.Json("200 OK", "{}");
        await connection.WriteAsync(Encoding.UTF8.GetBytes(answer));
        return true;
    });
}
