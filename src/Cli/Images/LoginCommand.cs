using System.Text;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

/// <summary>Checks credentials by way of the engine and keeps them in ~/.docker/config.json.</summary>
internal static class LoginCommand
{
    private static readonly Option<string> Password = Options.Text("password", 'p', "Password or token; others can see it in the list of processes");
    private static readonly Option<bool> PasswordStdin = Options.Switch("password-stdin", '\0', "Read the password from stdin");
    private static readonly Option<string> Username = Options.Text("username", 'u', "Who logs in");

    public static Command Define() => new()
    {
        Name = "login",
        Synopsis = "[OPTIONS] [SERVER]",
        Summary = "Log in to a registry; without a server to Docker Hub",
        Options = [Password, PasswordStdin, Username],
        Arguments = ArgumentCount.Between(0, 1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var surroundings = invocation.Surroundings;
        string server = invocation.Arguments is [var given] and not ["docker.io"] ? given : RegistryCredentials.DockerHubKey;
        string user = invocation.Get(Username), password = invocation.Get(Password);
        bool fromInput = invocation.Get(PasswordStdin) || password == "-";
        if (invocation.Has(Username) && user.Length == 0) throw new CommandFailedException(1, "username is empty");
        if (invocation.Has(Password) && invocation.Get(PasswordStdin)) throw new CommandFailedException(1, "conflicting options: cannot specify both --password and --password-stdin");
        if (invocation.Has(Password) && password.Length == 0) throw new CommandFailedException(1, "password is empty");
        if (invocation.Has(Password) && !fromInput) surroundings.Output.WriteErrorLine("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
        if (fromInput)
        {
            if (user.Length == 0) throw new CommandFailedException(1, "the --password-stdin option requires --username to be set");
            password = await ReadSecretAsync(surroundings.Input, ct);
        }
        RegistryAuth? auth = user.Length > 0 && password.Length > 0 ? new RegistryAuth { Username = user, Password = password, Serveraddress = server }
            : user.Length == 0 && password.Length == 0 ? RegistryCredentials.For(server, surroundings) : null;
        // Nor from a TTY yet: a known gap.
        if (auth is null) throw new CommandFailedException(1, "Error: Cannot perform an interactive login from a non TTY device");

        var engine = await invocation.ConnectAsync(ct);
        var answer = await engine.System.LoginAsync(auth, ct);
        if (answer.IdentityToken.Length > 0) auth = auth with { Password = "", Identitytoken = answer.IdentityToken };
        string file = RegistryCredentials.Store(server, auth, surroundings);
        if (!string.IsNullOrEmpty(auth.Password))
            surroundings.Output.WriteErrorLine($"\nWARNING! Your credentials are stored unencrypted in '{file}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n");
        invocation.Output.WriteLine(answer.Status);
        return 0;
    }

    private static async Task<string> ReadSecretAsync(Stream input, CancellationToken ct)
    {
        using var all = new MemoryStream();
        await input.CopyToAsync(all, ct);
        string text = Encoding.UTF8.GetString(all.ToArray());
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') || text.EndsWith('\r') ? text[..^1] : text;
    }
}
