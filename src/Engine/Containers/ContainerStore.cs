using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sampan.Linux;

namespace Sampan.Engine.Containers;

/// <summary>The folders of containers on disk. A folder without <c>config.json</c> is a creation that did not finish.</summary>
internal sealed class ContainerStore
{
    private const string ConfigFile = "config.json";
    private const string StateFile = "state.json";
    private readonly string _dataFolder;
    private readonly string _execFolder;

    public ContainerStore(string dataRoot, string execRoot)
    {
        _dataFolder = Path.Combine(dataRoot, "containers");
        _execFolder = Path.Combine(execRoot, "containers");
        Directory.CreateDirectory(_dataFolder, Owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(_execFolder, Owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string FolderOf(string id) => Path.Combine(_dataFolder, id);

    public string BundleOf(string id) => Path.Combine(_execFolder, id);

    public void MakeFolder(string id) => Directory.CreateDirectory(FolderOf(id), Owner);

    public void Save(ContainerDocument document) => Write(Path.Combine(FolderOf(document.Id), ConfigFile), document, EngineDocuments.Default.ContainerDocument);

    public void Save(string id, RunState state) => Write(Path.Combine(FolderOf(id), StateFile), state, EngineDocuments.Default.RunState);

    /// <summary>Ids of everything that has a folder, finished or not.</summary>
    public IReadOnlyList<string> List() => [.. Directory.EnumerateDirectories(_dataFolder).Select(folder => Path.GetFileName(folder))];

    /// <summary>Ids of everything that has a bundle.</summary>
    public IReadOnlyList<string> ListBundles() => [.. Directory.EnumerateDirectories(_execFolder).Select(folder => Path.GetFileName(folder))];

    /// <summary>Null when the creation did not finish.</summary>
    /// <exception cref="JsonException">A document is damaged.</exception>
    public Container? Load(string id)
    {
        string folder = FolderOf(id);
        string config = Path.Combine(folder, ConfigFile);
        if (!File.Exists(config))
            return null;
        var document = JsonSerializer.Deserialize(Files.ReadAll(config), EngineDocuments.Default.ContainerDocument)
            ?? throw new JsonException($"'{config}' is empty");
        string statePath = Path.Combine(folder, StateFile);
        var state = File.Exists(statePath) ? JsonSerializer.Deserialize(Files.ReadAll(statePath), EngineDocuments.Default.RunState) : null;
        return new Container(document, state ?? new RunState(), folder, BundleOf(id));
    }

    /// <summary>The config goes first: a crash in between leaves an unfinished creation, which the next start undoes.</summary>
    public void Delete(string id)
    {
        string folder = FolderOf(id);
        if (!Directory.Exists(folder))
            return;
        File.Delete(Path.Combine(folder, ConfigFile));
        Directory.Delete(folder, recursive: true);
    }

    public void DeleteBundle(string id)
    {
        string bundle = BundleOf(id);
        if (Directory.Exists(bundle))
            Directory.Delete(bundle, recursive: true);
    }

    private static void Write<T>(string path, T document, JsonTypeInfo<T> type) => Files.Replace(path, JsonSerializer.SerializeToUtf8Bytes(document, type));
}
