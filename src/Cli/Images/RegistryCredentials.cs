using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

/// <summary>What `docker login` left in ~/.docker/config.json for a registry.</summary>
internal static class RegistryCredentials
{
    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <returns>Null when there are none.</returns>
    /// <exception cref="FaultException">InvalidArgument: a broken file; NotSupported: they are kept by a helper program.</exception>
    public static RegistryAuth? For(ImageReference reference, Surroundings surroundings)
    {
        string key = reference.Domain == ImageReference.DefaultDomain ? DockerHubKey : reference.Domain;
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

    private static RegistryAuth? Read(JsonElement entry, string server)
    {
        if (entry.TryGetProperty("identitytoken", out var token) && token.GetString() is { Length: > 0 } identity)
            return new RegistryAuth { Identitytoken = identity, Serveraddress = server };
        if (!entry.TryGetProperty("auth", out var auth) || auth.GetString() is not { Length: > 0 } encoded) return null;
        return new RegistryAuth { Auth = encoded }.Credentials is var (name, secret)
            ? new RegistryAuth { Username = name, Password = secret.TrimEnd('\0'), Serveraddress = server } : null;
    }
}
