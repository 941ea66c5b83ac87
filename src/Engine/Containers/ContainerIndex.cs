using System.Diagnostics.CodeAnalysis;
using Sampan.Faults;

namespace Sampan.Engine.Containers;

/// <summary>All containers by id, name and unique prefix of an id.</summary>
internal sealed class ContainerIndex
{
    private readonly Lock _gate = new();   // guards both dictionaries; a container's gate may be taken under it
    private readonly SortedDictionary<string, Container> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _idByName = new(StringComparer.Ordinal);

    public IReadOnlyList<Container> All { get { lock (_gate) return [.. _byId.Values]; } }

    /// <summary>Takes a name for an id, before anything of the container exists.</summary>
    /// <exception cref="FaultException">Conflict, with Docker's text.</exception>
    public void ReserveName(string name, string id)
    {
        lock (_gate)
        {
            if (_idByName.TryGetValue(name, out string? holder) && holder != id)
                throw new FaultException(FaultKind.Conflict,
                    $"Conflict. The container name \"/{name}\" is already in use by container \"{holder}\". You have to remove (or rename) that container to be able to reuse that name.");
            _idByName[name] = id;
        }
    }

    /// <summary>A generated name that nobody has.</summary>
    public string ReserveGeneratedName(string id)
    {
        lock (_gate)
        {
            for (int attempt = 0; ; attempt++)
            {
                string name = attempt < 6 ? ContainerName.Generate(Random.Shared, attempt) : id[..12];
                if (_idByName.TryAdd(name, id))
                    return name;
            }
        }
    }

    public void ReleaseName(string name, string id)
    {
        lock (_gate)
        {
            if (_idByName.TryGetValue(name, out string? holder) && holder == id)
                _idByName.Remove(name);
        }
    }

    public void Add(Container container)
    {
        lock (_gate)
            _byId[container.Id] = container;
    }

    public void Remove(Container container)
    {
        lock (_gate)
        {
            _byId.Remove(container.Id);
            if (_idByName.TryGetValue(container.Document.Name, out string? holder) && holder == container.Id)
                _idByName.Remove(container.Document.Name);
        }
    }

    /// <exception cref="FaultException">NotFound: none. InvalidArgument: the prefix is of several.</exception>
    public Container Get(string nameOrId) => TryGet(nameOrId, out var container) ? container
        : throw new FaultException(FaultKind.NotFound, $"No such container: {nameOrId}");

    public bool TryGet(string nameOrId, [NotNullWhen(true)] out Container? container)
    {
        string name = nameOrId.StartsWith('/') ? nameOrId[1..] : nameOrId;
        lock (_gate)
        {
            if (_byId.TryGetValue(name, out container)
                || (_idByName.TryGetValue(name, out string? id) && _byId.TryGetValue(id, out container)))
                return true;
            container = FindByPrefix(name);
            return container is not null;
        }
    }

    private Container? FindByPrefix(string prefix)
    {
        Container? found = null;
        if (prefix.Length == 0)
            return null;
        foreach (var (id, container) in _byId)
        {
            if (!id.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            if (found is not null)
                throw new FaultException(FaultKind.InvalidArgument, $"Multiple IDs found with provided prefix: {prefix}");
            found = container;
        }
        return found;
    }
}
