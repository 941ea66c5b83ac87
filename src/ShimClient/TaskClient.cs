using Sampan.Faults;
using Sampan.Specs.Protobuf;
using Sampan.ShimClient.Ttrpc;

namespace Sampan.ShimClient;

/// <summary>Drives the container of one shim by containerd's Task API, version 2: any number of calls at once on one connection.
/// Every call throws <see cref="FaultException"/> with the kind and text that the shim answered, and
/// <see cref="FaultKind.Unavailable"/> when the shim is gone. An empty exec id means the container's init.
/// https://github.com/containerd/containerd/blob/v1.7.0/api/runtime/task/v2/shim.proto</summary>
public sealed class TaskClient : IAsyncDisposable
{
    internal const string Service = "containerd.task.v2.Task";

    /// <summary>Type URL of <c>linux.resources</c> JSON in Update.</summary>
    internal const string ResourcesType = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources";

    /// <summary>Our addition to the service: see <see cref="NextOomAsync"/>.</summary>
    internal const string NextOomMethod = "SampanNextOom";

    private readonly TtrpcClient _ttrpc;
    private readonly string _id;

    private TaskClient(TtrpcClient ttrpc, string id) => (_ttrpc, _id) = (ttrpc, id);

    /// <summary>Completes when the connection is over: the shim has ended (see <see cref="ExitRecord"/>) or this client was disposed.</summary>
    public Task Closed => _ttrpc.Closed;

    /// <param name="socket">Path of the shim's ttrpc socket.</param>
    /// <param name="containerId">The container that this shim holds, or will after Create.</param>
    /// <param name="ct">Gives up the connecting.</param>
    public static async Task<TaskClient> ConnectAsync(string socket, string containerId, CancellationToken ct) =>
        new(await TtrpcClient.ConnectAsync(socket, ct).ConfigureAwait(false), containerId);

    /// <returns>Pid of the container's init, which waits for <see cref="StartAsync"/>.</returns>
    public async Task<int> CreateAsync(TaskCreateRequest request, CancellationToken ct) =>
        ReadFirst(await _ttrpc.CallAsync(Service, "Create", request.Write, ct).ConfigureAwait(false));

    /// <returns>Pid of the started process.</returns>
    public async Task<int> StartAsync(string execId, CancellationToken ct) =>
        ReadFirst(await CallAsync("Start", execId, ct).ConfigureAwait(false));

    /// <summary>Registers a process; <see cref="StartAsync"/> starts it. Attach in between to miss no output.</summary>
    public Task ExecAsync(TaskExecRequest request, CancellationToken ct) =>
        _ttrpc.CallAsync(Service, "Exec", (request with { Id = _id }).Write, ct);

    /// <exception cref="FaultException">NotFound: no such container or exec here.</exception>
    public async Task<TaskState> StateAsync(string execId, CancellationToken ct) =>
        TaskState.Read(await CallAsync("State", execId, ct).ConfigureAwait(false));

    /// <param name="execId">Empty: the container's init.</param>
    /// <param name="signal">Number of the signal.</param>
    /// <param name="all">Every process of the container.</param>
    /// <param name="ct">Gives up the wait for the answer.</param>
    /// <exception cref="FaultException">NotFound: the process has ended.</exception>
    public Task KillAsync(string execId, int signal, bool all, CancellationToken ct) =>
        CallAsync("Kill", new ProcessCall(_id, execId, (uint)signal, all ? 1u : 0), ct);

    /// <summary>Forgets an ended process. Of the container itself: removes what is left of it; the shim ends on <see cref="ShutdownAsync"/>.</summary>
    /// <exception cref="FaultException">Conflict: it still runs.</exception>
    public async Task<TaskExit> DeleteAsync(string execId, CancellationToken ct) =>
        TaskExit.ReadDelete(await CallAsync("Delete", execId, ct).ConfigureAwait(false));

    /// <summary>Answers when the process has ended and its output is drained.</summary>
    public async Task<TaskExit> WaitAsync(string execId, CancellationToken ct) =>
        TaskExit.ReadWait(await CallAsync("Wait", execId, ct).ConfigureAwait(false));

    /// <summary>Answers when the kernel's OOM killer has struck in the container more often than <paramref name="known"/> times.
    /// Ours alone; a shim of an older Sampan, or another's, does not know it.</summary>
    /// <returns>How often it has struck since the first such call.</returns>
    /// <exception cref="FaultException">NotSupported: the shim does not know the call, or the kernel does not tell. Unavailable: the container's end came first.</exception>
    public async Task<int> NextOomAsync(int known, CancellationToken ct) =>
        ReadFirst(await CallAsync(NextOomMethod, new ProcessCall(_id, "", (uint)known), ct).ConfigureAwait(false));

    /// <returns>Pids of all processes of the container, in the shim's pid namespace.</returns>
    public async Task<IReadOnlyList<int>> PidsAsync(CancellationToken ct)
    {
        byte[] response = await CallAsync("Pids", "", ct).ConfigureAwait(false);
        var pids = new List<int>();
        var reader = new ProtobufReader(response);
        while (reader.Next())
        {
            if (reader.Field == 1) pids.Add(ReadFirst(reader.Bytes()));
            else reader.Skip();
        }
        return pids;
    }

    public Task PauseAsync(CancellationToken ct) => CallAsync("Pause", "", ct);

    public Task ResumeAsync(CancellationToken ct) => CallAsync("Resume", "", ct);

    /// <summary>What the container uses now.</summary>
    public async Task<TaskStats> StatsAsync(CancellationToken ct) =>
        TaskStats.ReadResponse(await CallAsync("Stats", "", ct).ConfigureAwait(false));

    /// <param name="resources">UTF-8 JSON of <c>linux.resources</c>; only what is named changes. runtime-spec config-linux.md § Control groups</param>
    /// <param name="ct">Gives up the wait for the answer.</param>
    public Task UpdateAsync(ReadOnlyMemory<byte> resources, CancellationToken ct) => _ttrpc.CallAsync(Service, "Update", writer =>
    {
        writer.String(1, _id);
        AnyMessage.Write(writer, 2, ResourcesType, resources.Span);
    }, ct);

    public Task ResizePtyAsync(string execId, int columns, int rows, CancellationToken ct) =>
        CallAsync("ResizePty", new ProcessCall(_id, execId, (uint)columns, (uint)rows), ct);

    /// <summary>End of input for a process whose stdin is a fifo or an attach stream.</summary>
    public Task CloseIOAsync(string execId, CancellationToken ct) =>
        CallAsync("CloseIO", new ProcessCall(_id, execId, Third: 1), ct);

    public async Task<ShimIdentity> ConnectAsync(CancellationToken ct) =>
        ShimIdentity.Read(await CallAsync("Connect", "", ct).ConfigureAwait(false));

    /// <exception cref="FaultException">NotFound: it does not run; NotSupported: no criu; Internal: criu's log says why.</exception>
    public Task CheckpointAsync(TaskCheckpointRequest request, CancellationToken ct) =>
        _ttrpc.CallAsync(Service, "Checkpoint", writer => request.Write(writer, _id), ct);

    /// <summary>Ends the shim when its container is gone (deleted or never created); otherwise it stays, and the call still succeeds.</summary>
    public async Task ShutdownAsync(CancellationToken ct)
    {
        try
        {
            await CallAsync("Shutdown", "", ct).ConfigureAwait(false);
        }
        catch (FaultException e) when (e.Kind == FaultKind.Unavailable)
        {
            // It may be gone before its answer is read, which is what was asked for.
        }
    }

    public ValueTask DisposeAsync() => _ttrpc.DisposeAsync();

    private Task<byte[]> CallAsync(string method, string execId, CancellationToken ct) => CallAsync(method, new ProcessCall(_id, execId), ct);

    private Task<byte[]> CallAsync(string method, ProcessCall call, CancellationToken ct) => _ttrpc.CallAsync(Service, method, call.Write, ct);

    /// <summary>Field 1, a number: the pid of Create and Start, the count of strikes.</summary>
    private static int ReadFirst(ReadOnlySpan<byte> data)
    {
        int value = 0;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            if (reader.Field == 1) value = reader.Int32();
            else reader.Skip();
        }
        return value;
    }
}
