using System.Text.Json;

namespace Sampan.Cli.Containers.Creation;

/// <summary>--security-opt: a seccomp profile is read here and sent, for the engine may not see our files.</summary>
internal static class SecuritySyntax
{
    public const string UnconfinedPaths = "systempaths=unconfined";

    /// <exception cref="FormatException">Not that syntax, or no such profile.</exception>
    public static string Read(string text)
    {
        int separator = text.IndexOf('=');
        if (separator < 0 && text.Split(':')[0] != "no-new-privileges") separator = text.IndexOf(':');
        string key = separator < 0 ? text : text[..separator], value = separator < 0 ? "" : text[(separator + 1)..];
        if (value.Length == 0 && key.Split(':')[0] != "no-new-privileges") throw new FormatException($"Invalid --security-opt: {Grammar.Quoted.Of(text)}");
        return key == "seccomp" && value is not ("builtin" or "unconfined") ? "seccomp=" + Profile(value) : text;
    }

    private static string Profile(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FormatException($"opening seccomp profile ({path}) failed: open {path}: no such file or directory");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"opening seccomp profile ({path}) failed: {unreadable.Message}");
        }
        try
        {
            using var profile = JsonDocument.Parse(content);
            using var compact = new MemoryStream();
            using (var writer = new Utf8JsonWriter(compact)) profile.RootElement.WriteTo(writer);
            return System.Text.Encoding.UTF8.GetString(compact.ToArray());
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"compacting json for seccomp profile ({path}) failed: {malformed.Message}");
        }
    }
}
