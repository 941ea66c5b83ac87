using Sampan.ShimClient;

namespace Sampan.Shim.Containerd;

/// <summary>Who wants to know what happens to the container, in the order it happens: containerd's event service, or nobody (our engine waits
/// by calls).</summary>
internal interface IEventSink
{
    void Created(TaskCreateRequest request, int pid);
    void Started(string id, int pid);
    void ExecAdded(string id, string execId);
    void ExecStarted(string id, string execId, int pid);
    void Exited(string id, string execId, TaskExit exit);
    void Deleted(string id, TaskExit exit);
    /// <summary>Out-of-memory events are worth a watch. (That the killer struck at all is known at the exit anyway.)</summary>
    bool WantsOutOfMemory { get; }
    void OutOfMemory(string id);
    void Paused(string id);
    void Resumed(string id);
    void Checkpointed(string id, string path);

    /// <summary>Calls <paramref name="done"/> when all of them are delivered, or cannot be.</summary>
    void WhenSent(Action done);
}
