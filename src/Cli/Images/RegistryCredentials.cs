using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

/// <summary>What `docker login` left for a registry: in ~/.docker/config.json, or with the helper program that the file names.</summary>
internal static class RegistryCredentials
{
    public const string DockerHubKey = "https://index.docker.io/v1/";

    /// <returns>Null when there are none.</returns>
    /// <exception cref="FaultException">InvalidArgument: a broken file. Unavailable: the helper program is missing or failed.</exception>
    public static RegistryAuth? For(ImageReference reference, Surroundings surroundings) =>
        For(reference.Domain == ImageReference.DefaultDomain ? DockerHubKey : reference.Domain, surroundings);

    /// <param name="server">A host, an address, or <see cref="DockerHubKey"/>.</param>
    public static RegistryAuth? For(string server, Surroundings surroundings)
    {
        string key = KeyOf(server);
        if (HelperOf(key, surroundings) is { } helper) return helper.Get(key);
        return Look<RegistryAuth>(surroundings, root => root.TryGetProperty("auths", out var auths) && auths.TryGetProperty(key, out var entry) ? Read(entry, key) : null);
    }

    /// <summary>The program that keeps a registry's credentials: its own of credHelpers, or credsStore for all.</summary>
    private static CredentialHelper? HelperOf(string key, Surroundings surroundings)
    {
        string? name = Look<string>(surroundings, root => root.TryGetProperty("credHelpers", out var helpers) && helpers.TryGetProperty(key, out var own) ? own.GetString()
            : root.TryGetProperty("credsStore", out var all) ? all.GetString() : null);
        return string.IsNullOrEmpty(name) ? null : new CredentialHelper(name, surroundings);
    }

    private static T? Look<T>(Surroundings surroundings, Func<JsonElement, T?> find) where T : class
    {
        string path = Path.Combine(surroundings.ConfigFolder, "config.json");
        if (!File.Exists(path)) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return find(document.RootElement);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"cannot read the credentials in '{path}': {broken.Message}", broken);
        }
    }

    /// <returns>The file they are in now, unencrypted; null when a helper program keeps them.</returns>
    public static string? Store(string server, RegistryAuth auth, Surroundings surroundings)
    {
        string key = KeyOf(server);
        if (HelperOf(key, surroundings) is not { } helper) return StoreInFile(key, auth, surroundings);
        helper.Store(key, auth);
        // The name alone stays in the file: who lists its registries still finds it.
        Change(surroundings, key, writer =>
        {
            writer.WriteStartObject(key);
            writer.WriteEndObject();
        });
        return null;
    }

    private static string StoreInFile(string key, RegistryAuth auth, Surroundings surroundings) => Change(surroundings, key, writer =>
    {
        writer.WriteStartObject(key);
        if (!string.IsNullOrEmpty(auth.Identitytoken))
        {
            writer.WriteString("auth", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(auth.Username + ":")));
            writer.WriteString("identitytoken", auth.Identitytoken);
        }
        else writer.WriteString("auth", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{auth.Username}:{auth.Password}")));
        writer.WriteEndObject();
    });

    public static void Remove(string server, Surroundings surroundings)
    {
        HelperOf(KeyOf(server), surroundings)?.Erase(KeyOf(server));
        Change(surroundings, KeyOf(server), null);
    }

    /// <summary>https://registry.example:5000/v2/ → registry.example:5000</summary>
    public static string HostOf(string server)
    {
        int scheme = server.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? server : server[(scheme + 3)..]).Split('/')[0];
    }

    private static string KeyOf(string server) => server == DockerHubKey ? server : HostOf(server);

    /// <summary>Rewrites the file with one entry of "auths" replaced; everything else stays as it is.</summary>
    private static string Change(Surroundings surroundings, string key, Action<Utf8JsonWriter>? entry)
    {
        string path = Path.Combine(surroundings.ConfigFolder, "config.json");
        using var document = JsonDocument.Parse(File.Exists(path) ? File.ReadAllBytes(path) : "{}"u8.ToArray());
        using var content = new MemoryStream();
        using (var writer = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1 }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("auths");
            if (document.RootElement.TryGetProperty("auths", out var auths))
                foreach (var other in auths.EnumerateObject().Where(other => other.Name != key)) other.WriteTo(writer);
            entry?.Invoke(writer);
            writer.WriteEndObject();
            foreach (var member in document.RootElement.EnumerateObject().Where(member => member.Name != "auths")) member.WriteTo(writer);
            writer.WriteEndObject();
        }
        Directory.CreateDirectory(surroundings.ConfigFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string temporary = path + ".tmp";
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            content.WriteTo(file);
        File.Move(temporary, path, overwrite: true);
        return path;
    }

    private static RegistryAuth? Read(JsonElement entry, string server)
    {
        if (entry.TryGetProperty("identitytoken", out var token) && token.GetString() is { Length: > 0 } identity)
            return new RegistryAuth { Identitytoken = identity, Serveraddress = server };
        if (!entry.TryGetProperty("auth", out var auth) || auth.GetString() is not { Length: > 0 } encoded) return null;
        return new RegistryAuth { Auth = encoded }.Credentials is var (name, secret)
            ? new RegistryAuth { Username = name, Password = secret.TrimEnd('\0'), Serveraddress = server } : null;
    }
}
