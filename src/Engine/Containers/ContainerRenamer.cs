using Sampan.Engine.Events;
using Sampan.Faults;

namespace Sampan.Engine.Containers;

/// <summary><c>docker rename</c>.</summary>
internal sealed class ContainerRenamer(ContainerIndex index, ContainerStore store, EventLog events)
{
    /// <exception cref="FaultException">InvalidArgument, Conflict: the name is taken.</exception>
    public async Task RenameAsync(Container container, string newName, CancellationToken ct)
    {
        if (newName.Length == 0)
            throw new FaultException(FaultKind.InvalidArgument, "Neither old nor new names may be empty");
        string name = Validate(newName);
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            string old = container.Document.Name;
            if (name == old)
                throw new FaultException(FaultKind.InvalidArgument, "Renaming a container with the same name as its current name");
            index.ReserveName(name, container.Id);
            try
            {
                var renamed = container.Document with { Name = name };
                store.Save(renamed);
                container.Document = renamed;
            }
            catch
            {
                index.ReleaseName(name, container.Id);
                throw;
            }
            index.ReleaseName(old, container.Id);
            events.Publish(container, "rename", ("oldName", "/" + old));
        }
        finally
        {
            container.Verbs.Release();
        }
    }

    private static string Validate(string newName)
    {
        try
        {
            return ContainerName.Validate(newName.StartsWith('/') ? newName : "/" + newName);
        }
        catch (FaultException error)
        {
            throw new FaultException(error.Kind, $"Error when allocating new name: {error.Message}", error);
        }
    }
}
