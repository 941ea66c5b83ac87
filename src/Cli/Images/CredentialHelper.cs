using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

/// <summary>A docker-credential-NAME program, which keeps secrets outside config.json. github.com/docker/docker-credential-helpers, § Development: one word as
/// argument, the rest on standard input, the answer on standard output.</summary>
internal sealed class CredentialHelper(string name, Surroundings surroundings)
{
    private const string NotFound = "credentials not found in native keychain";
    private const string TokenUser = "<token>";

    public string Program => "docker-credential-" + name;

    /// <returns>Null when it has none for the server.</returns>
    /// <exception cref="FaultException">It is not there, or failed.</exception>
    public RegistryAuth? Get(string server)
    {
        var (status, output) = Run("get", server);
        if (status.ShellCode != 0) return output.Contains(NotFound, StringComparison.Ordinal) ? null : throw Failed("getting", status.Text, output);
        HelperCredentials? found;
        try
        {
            found = JsonSerializer.Deserialize(output, CredentialsJson.Default.HelperCredentials);
        }
        catch (JsonException broken)
        {
            throw Failed("getting", broken.Message, output);
        }
        return found is null ? null : found.Username == TokenUser ? new RegistryAuth { Identitytoken = found.Secret, Serveraddress = server }
            : new RegistryAuth { Username = found.Username, Password = found.Secret, Serveraddress = server };
    }

    public void Store(string server, RegistryAuth auth)
    {
        bool token = !string.IsNullOrEmpty(auth.Identitytoken);
        var credentials = new HelperCredentials { ServerURL = server, Username = token ? TokenUser : auth.Username ?? "", Secret = (token ? auth.Identitytoken : auth.Password) ?? "" };
        var (status, output) = Run("store", JsonSerializer.Serialize(credentials, CredentialsJson.Default.HelperCredentials));
        if (status.ShellCode != 0) throw Failed("storing", status.Text, output);
    }

    public void Erase(string server)
    {
        var (status, output) = Run("erase", server);
        if (status.ShellCode != 0 && !output.Contains(NotFound, StringComparison.Ordinal)) throw Failed("erasing", status.Text, output);
    }

    private (ExitStatus Status, string Output) Run(string verb, string input)
    {
        string path = FindProgram() ?? throw Failed(verb switch { "get" => "getting", "store" => "storing", _ => "erasing" }, $"exec: \"{Program}\": executable file not found in $PATH", "");
        var (questionReader, questionWriter) = Files.Pipe();
        var (answerReader, answerWriter) = Files.Pipe();
        using var error = new SafeFileHandle(2, ownsHandle: false);
        ChildProcess helper;
        using (questionReader)
        using (answerWriter)
        {
            helper = Spawn.Start(new SpawnOptions
            {
                Path = path,
                Arguments = [Program, verb],
                Descriptors = new Dictionary<int, SafeFileHandle> { [0] = questionReader, [1] = answerWriter, [2] = error },
            });
        }
        using (helper)
        {
            try
            {
                using var question = new FileStream(questionWriter, FileAccess.Write, bufferSize: 0);
                question.Write(Encoding.UTF8.GetBytes(input));
            }
            catch (IOException)
            {
                // It ended without reading: its exit status says why.
            }
            using var answer = new StreamReader(new FileStream(answerReader, FileAccess.Read, bufferSize: 0), Encoding.UTF8);
            string output = answer.ReadToEnd().Trim();
            return (helper.Wait(), output);
        }
    }

    private string? FindProgram() => (surroundings.Variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    private static FaultException Failed(string doing, string why, string output) =>
        new(FaultKind.Unavailable, $"error {doing} credentials - err: {why}, out: `{output}`");
}

/// <summary>What a helper is given and gives.</summary>
internal sealed record HelperCredentials
{
    public string ServerURL { get; init => field = value ?? ""; } = "";
    public string Username { get; init => field = value ?? ""; } = "";
    public string Secret { get; init => field = value ?? ""; } = "";
}

[JsonSerializable(typeof(HelperCredentials))]
internal sealed partial class CredentialsJson : JsonSerializerContext;
