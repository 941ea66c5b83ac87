using Sampan.ShimClient;

namespace Sampan.Shim.Containerd;

/// <summary>Our own engine learns everything by its calls.</summary>
internal sealed class NoEvents : IEventSink
{
    public void Created(TaskCreateRequest request, int pid) { }
    public void Started(string id, int pid) { }
    public void ExecAdded(string id, string execId) { }
    public void ExecStarted(string id, string execId, int pid) { }
    public void Exited(string id, string execId, TaskExit exit) { }
    public void Deleted(string id, TaskExit exit) { }
    public bool WantsOutOfMemory => false;
    public void OutOfMemory(string id) { }
    public void Paused(string id) { }
    public void Resumed(string id) { }
    public void Checkpointed(string id, string path) { }
    public void WhenSent(Action done) => done();
}
