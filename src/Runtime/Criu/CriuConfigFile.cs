namespace Sampan.Runtime.Criu;

/// <summary>The file whose options criu puts over ours.</summary>
internal static class CriuConfigFile
{
    private const string Annotation = "org.criu.config", Usual = "/etc/criu/runc.conf";

    /// <returns>Null: none. criu passes over a file that does not exist.</returns>
    internal static string? Of(IReadOnlyDictionary<string, string>? annotations)
        => annotations is null || !annotations.TryGetValue(Annotation, out string? own) ? Usual : own.Length > 0 ? own : null;
}
