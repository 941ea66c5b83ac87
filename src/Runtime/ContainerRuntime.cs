using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Criu;
using Sampan.Runtime.Rootfs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>Creates and finds containers. https://github.com/opencontainers/runtime-spec/blob/v1.3.0/runtime.md
/// Synchronous, and bound to the calling thread: clones, namespaces and working directory are a thread's own.</summary>
/// <param name="stateRoot">Absolute path of the folder with one directory per container; made when absent.</param>
public sealed class ContainerRuntime(string stateRoot)
{
    /// <summary>Makes the container; its process waits for <see cref="Container.Start"/> and is our child. On failure nothing stays behind.</summary>
    /// <exception cref="FaultException">AlreadyExists: the id is taken; InvalidArgument, NotSupported: config.json; LinuxException, ChildFailure: the kernel refused.</exception>
    public Container Create(string id, CreateOptions options)
    {
        RuntimeSpec spec = options.Spec ?? Container.ReadSpec(options.Bundle, options.Config);
        SpecValidator.Check(spec, options);
        StateDirectory directory = StateDirectory.Create(stateRoot, id);
        try
        {
            if (options.HasNotifySocket) spec = NotifyFolder.Make($"{stateRoot}/{id}", spec);
            return new ContainerCreation(id, MountPlaces.WithoutPathOfRoot(spec, options.Bundle), options, directory).Run();
        }
        catch
        {
            directory.Remove();
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Brings a container back that <see cref="Container.Checkpoint"/> saved; it runs, and its first process is our child. On failure nothing stays behind.</summary>
    /// <exception cref="FaultException">As <see cref="Create"/>; NotSupported: no criu, or one that cannot; Internal: it failed.</exception>
    public Container Restore(string id, CreateOptions options, CriuOptions images)
    {
        RuntimeSpec spec = options.Spec ?? Container.ReadSpec(options.Bundle, options.Config);
        SpecValidator.Check(spec, options);
        StateDirectory directory = StateDirectory.Create(stateRoot, id);
        try
        {
            using Restoration restoration = new(id, $"{stateRoot}/{id}", spec, options, images, directory);
            return restoration.Run();
        }
        catch
        {
            directory.Remove();
            directory.Dispose();
            throw;
        }
    }

    /// <exception cref="FaultException">NotFound.</exception>
    public Container Open(string id) => Container.Open(StateDirectory.Open(stateRoot, id), id);

    /// <summary>Ids, in no order.</summary>
    public IReadOnlyList<string> List()
    {
        List<string> ids = [];
        foreach (string path in Directory.Exists(stateRoot) ? Directory.GetDirectories(stateRoot) : [])
            if (Path.GetFileName(path) is var name && name != StateDirectory.SeccompCacheName) ids.Add(name);
        return ids;
    }

    /// <summary>Removes what a crash left of a container that was never made whole. Idempotent.</summary>
    public void RemoveRemains(string id)
    {
        string path = $"{stateRoot}/{id}";
        if (!Directory.Exists(path)) return;
        using StateDirectory directory = StateDirectory.Open(stateRoot, id);
        if (directory.NotedCgroup() is { } cgroup) ContainerCgroup.RemoveRemains(cgroup);
        directory.Remove();
    }
}
