using System.Text.Json;
using Sampan.Engine.Containers;
using Sampan.Linux;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Execs;

/// <summary>One exec on disk: what was asked for, and how it ended.</summary>
internal sealed record ExecDocument
{
    public required ExecCreateRequest Request { get; init; }
    /// <summary>Null until it has ended.</summary>
    public int? ExitCode { get; init; }
}

/// <summary>The execs of a running container, <c>&lt;bundle&gt;/execs/&lt;id&gt;.json</c>: a new daemon knows them by it. They go with the bundle.</summary>
internal static class ExecStore
{
    private const string Extension = ".json";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void Save(ExecSession session)
    {
        string folder = FolderOf(session.Container);
        Directory.CreateDirectory(folder, Private);
        var document = new ExecDocument { Request = session.Request, ExitCode = session.ExitCode };
        Files.Replace(Path.Combine(folder, session.Id + Extension), JsonSerializer.SerializeToUtf8Bytes(document, EngineDocuments.Default.ExecDocument));
    }

    public static void Delete(ExecSession session) => File.Delete(Path.Combine(FolderOf(session.Container), session.Id + Extension));

    /// <summary>Those of a container that an earlier daemon left; a damaged document is none.</summary>
    public static IEnumerable<(string Id, ExecDocument Document)> Load(Container container)
    {
        string folder = FolderOf(container);
        if (!Directory.Exists(folder))
            yield break;
        foreach (string path in Directory.GetFiles(folder, "*" + Extension))
            if (TryRead(path) is { } document)
                yield return (Path.GetFileNameWithoutExtension(path), document);
    }

    private static ExecDocument? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(Files.ReadAll(path), EngineDocuments.Default.ExecDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string FolderOf(Container container) => Path.Combine(container.Bundle, "execs");
}
