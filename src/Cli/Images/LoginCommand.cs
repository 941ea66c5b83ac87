using System.Text;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;
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
        bool kept = auth is not null && user.Length == 0;
        auth ??= Ask(user);
        var engine = await invocation.ConnectAsync(ct);
        AuthResponse? answer = null;
        if (kept)
        {
            answer = await TryAsync(engine, auth, surroundings.Output, ct);
            if (answer is null) auth = Ask(auth.Username ?? "", known: true);
        }
        answer ??= await engine.System.LoginAsync(auth, ct);
        if (answer.IdentityToken.Length > 0) auth = auth with { Password = "", Identitytoken = answer.IdentityToken };
        string? file = RegistryCredentials.Store(server, auth, surroundings);
        if (file is not null && !string.IsNullOrEmpty(auth.Password))
            surroundings.Output.WriteErrorLine($"\nWARNING! Your credentials are stored unencrypted in '{file}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n");
        invocation.Output.WriteLine(answer.Status);
        return 0;

        RegistryAuth Ask(string name, bool known = false) =>
            LoginPrompt.Ask(surroundings, known ? "" : name, password, known ? name : "", server == RegistryCredentials.DockerHubKey) with { Serveraddress = server };
    }

    /// <returns>Null: what was kept is no longer good.</returns>
    private static async Task<AuthResponse?> TryAsync(EngineApiClient engine, RegistryAuth auth, CommandOutput output, CancellationToken ct)
    {
        string user = string.IsNullOrEmpty(auth.Username) ? "" : $" [Username: {auth.Username}]";
        output.WriteErrorLine($"Authenticating with existing credentials...{user}\n\n Info -> To login with a different account, run 'docker logout' followed by 'docker login'\n\n");
        try
        {
            return await engine.System.LoginAsync(auth, ct);
        }
        catch (EngineException refused) when (refused.Kind is FaultKind.PermissionDenied)
        {
            output.WriteErrorLine("Stored credentials invalid or expired");
            return null;
        }
    }

    private static async Task<string> ReadSecretAsync(Stream input, CancellationToken ct)
    {
        using var all = new MemoryStream();
        await input.CopyToAsync(all, ct);
        string text = Encoding.UTF8.GetString(all.ToArray());
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') || text.EndsWith('\r') ? text[..^1] : text;
    }
}
