using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

/// <summary>What `docker login` left in ~/.docker/config.json for a registry.</summary>
internal static class RegistryCredentials
{
    public const string DockerHubKey = "https://index.docker.io/v1/";

    /// <returns>Null when there are none.</returns>
    /// <exception cref="FaultException">InvalidArgument: a broken file; NotSupported: they are kept by a helper program.</exception>
    public static RegistryAuth? For(ImageReference reference, Surroundings surroundings) =>
        For(reference.Domain == ImageReference.DefaultDomain ? DockerHubKey : reference.Domain, surroundings);

    /// <param name="server">A host, an address, or <see cref="DockerHubKey"/>.</param>
    public static RegistryAuth? For(string server, Surroundings surroundings)
    {
        string key = KeyOf(server);
        string path = Path.Combine(surroundings.ConfigFolder, "config.json");
        if (!File.Exists(path)) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.TryGetProperty("auths", out var auths) && auths.TryGetProperty(key, out var entry) && Read(entry, key) is { } found) return found;
            if (root.TryGetProperty("credHelpers", out var helpers) && helpers.TryGetProperty(key, out var helper))
                surroundings.Output.WriteErrorLine($"WARNING: credentials of {key} are kept by docker-credential-{helper.GetString()}, which is not supported yet; trying without");
            return null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"cannot read the credentials in '{path}': {broken.Message}", broken);
        }
    }

    /// <returns>The file they are in now.</returns>
    public static string Store(string server, RegistryAuth auth, Surroundings surroundings) => Change(surroundings, KeyOf(server), writer =>
    {
        writer.WriteStartObject(KeyOf(server));
        if (!string.IsNullOrEmpty(auth.Identitytoken))
        {
            writer.WriteString("auth", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(auth.Username + ":")));
            writer.WriteString("identitytoken", auth.Identitytoken);
        }
        else writer.WriteString("auth", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{auth.Username}:{auth.Password}")));
        writer.WriteEndObject();
    });

    public static void Remove(string server, Surroundings surroundings) => Change(surroundings, KeyOf(server), null);

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
