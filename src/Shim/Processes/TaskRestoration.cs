using Sampan.Runtime;
using Sampan.Runtime.Criu;
using Sampan.Shim.Containerd;
using Sampan.ShimClient;

namespace Sampan.Shim.Processes;

/// <summary>A container that its start brings back from a checkpoint. Until then nothing of it is there but its streams.</summary>
internal sealed class TaskRestoration
{
    private const string LogFolder = "criu-work";

    private readonly ContainerRuntime _runtime;
    private readonly string _id;
    private readonly CreateOptions _creation;
    private readonly CriuOptions _images;

    private TaskRestoration(ContainerRuntime runtime, string id, CreateOptions creation, CriuOptions images)
        => (_runtime, _id, _creation, _images) = (runtime, id, creation, images);

    /// <returns>Null when the request names no checkpoint.</returns>
    public static TaskRestoration? Of(ContainerRuntime runtime, TaskCreateRequest request, CreateOptions creation, RuntimeOptions options)
    {
        string images = request.Checkpoint.Length > 0 ? request.Checkpoint : options.CriuImagePath;
        return images.Length == 0 ? null : new(runtime, request.Id, creation, new CriuOptions
        {
            ImagePath = images,
            WorkPath = options.CriuWorkPath.Length > 0 ? options.CriuWorkPath : $"{request.Bundle}/{LogFolder}",
            // The checkpoint was allowed what is in it; criu wants to hear that again.
            TcpEstablished = true, ExternalUnixSockets = true, FileLocks = true,
        });
    }

    /// <exception cref="Sampan.Faults.FaultException">See <see cref="ContainerRuntime.Restore"/>.</exception>
    public Container Run() => _runtime.Restore(_id, _creation with { Warn = line => ShimLog.Write($"restore of container '{_id}': {line}") }, _images);
}
