using Sampan.Faults;
using Sampan.Shim.Processes;
using Sampan.ShimClient;
using Sampan.ShimClient.Ttrpc;
using Sampan.Specs.Oci.Runtime;
using Sampan.Specs.Protobuf;

namespace Sampan.Shim.Rpc;

/// <summary>containerd's Task API over the one container of this shim. Versions 2 and 3 of the service have the same messages.
/// https://github.com/containerd/containerd/blob/v1.7.0/api/runtime/task/v2/shim.proto</summary>
internal sealed class TaskService(ShimHost host)
{
    public void Handle(in TtrpcRequest request, Reply reply)
    {
        if (request.Service is not (TaskClient.Service or "containerd.task.v3.Task"))
        {
            reply.Fail(StatusCode.Unimplemented, $"service {request.Service}");
            return;
        }
        switch (request.Method)
        {
            case "Create": Create(TaskCreateRequest.Read(request.Payload), reply); break;
            case "Start": Start(ProcessCall.Read(request.Payload), reply); break;
            case "Exec": Exec(TaskExecRequest.Read(request.Payload), reply); break;
            case "State": State(ProcessCall.Read(request.Payload), reply); break;
            case "Wait": Wait(ProcessCall.Read(request.Payload), reply); break;
            case "Kill": Kill(ProcessCall.Read(request.Payload), reply); break;
            case "Delete": Delete(ProcessCall.Read(request.Payload), reply); break;
            case "Pids": Pids(reply); break;
            case "Pause": host.Task.Pause(); reply.Ok(); break;
            case "Resume": host.Task.Resume(); reply.Ok(); break;
            case "Stats": Stats(reply); break;
            case "Update": Update(request.Payload, reply); break;
            case "ResizePty": ResizePty(ProcessCall.Read(request.Payload), reply); break;
            case "CloseIO": CloseIO(ProcessCall.Read(request.Payload), reply); break;
            case "Connect": reply.Ok(new ShimIdentity(Environment.ProcessId, host.HasTask ? host.Task.Init.Pid : 0, "").Write); break;
            case "Checkpoint": host.Task.Checkpoint(TaskCheckpointRequest.Read(request.Payload)); reply.Ok(); break;
            case "Shutdown": reply.Ok(); host.Shutdown(); break;
            case TaskClient.NextOomMethod: host.Task.WhenOomExceeds(ProcessCall.Read(request.Payload).Third, strikes => reply.Ok(writer => writer.UInt32(1, strikes))); break;
            default: reply.Fail(StatusCode.Unimplemented, $"method {request.Method}"); break;
        }
    }

    private void Create(TaskCreateRequest request, Reply reply)
    {
        int pid = host.CreateTask(request).Init.Pid;
        reply.Ok(writer => writer.UInt32(1, (uint)pid));
    }

    private void Start(ProcessCall call, Reply reply)
    {
        int pid = host.Task.Start(call.ExecId).Pid;
        reply.Ok(writer => writer.UInt32(1, (uint)pid));
    }

    private void Exec(TaskExecRequest request, Reply reply)
    {
        host.Task.AddExec(request);
        reply.Ok();
    }

    private void State(ProcessCall call, Reply reply)
    {
        var process = host.Task.Find(call.ExecId);
        var request = process.Stdio.Request;
        reply.Ok(new TaskState
        {
            Id = host.Task.Id, Bundle = host.Task.Bundle, ExecId = process.ExecId, Pid = process.Pid,
            Status = host.Task.StatusOf(process), Terminal = request.Terminal,
            Stdin = request.Stdin, Stdout = request.Stdout, Stderr = request.Stderr,
            ExitStatus = process.Exit?.ExitStatus ?? 0, ExitedAt = process.Exit?.ExitedAt,
        }.Write);
    }

    private void Wait(ProcessCall call, Reply reply)
    {
        var process = host.Task.Find(call.ExecId);
        process.WhenOver(() => reply.Ok(process.Exit!.WriteWait));
    }

    private void Kill(ProcessCall call, Reply reply)
    {
        host.Task.Kill(call.ExecId, (int)call.Third, all: call.Fourth != 0);
        reply.Ok();
    }

    private void Delete(ProcessCall call, Reply reply)
    {
        if (call.ExecId.Length > 0) reply.Ok(host.Task.DeleteExec(call.ExecId).WriteDelete);
        else host.DeleteTask(exit => reply.Ok(exit.WriteDelete));
    }

    private void Pids(Reply reply)
    {
        var pids = host.Task.Container.Processes();
        reply.Ok(writer =>
        {
            foreach (int pid in pids)
            {
                int info = writer.Begin(1);
                writer.UInt32(1, (uint)pid);
                writer.End(info);
            }
        });
    }

    private void Stats(Reply reply)
    {
        var stats = host.Task.Running.Cgroup.Stats();
        reply.Ok(writer =>
        {
            var metrics = new ProtobufWriter();
            if (stats.IsV2) MetricsV2.Write(metrics, stats);
            else MetricsV1.Write(metrics, stats);
            AnyMessage.Write(writer, 1, stats.IsV2 ? MetricsV2.TypeUrl : MetricsV1.TypeUrl, metrics.Written);
        });
    }

    private void Update(ReadOnlySpan<byte> payload, Reply reply)
    {
        var reader = new ProtobufReader(payload);
        while (reader.Next())
        {
            if (reader.Field == 2) host.Task.Running.Update(RuntimeSpecReader.ReadResources(AnyMessage.Read(reader.Bytes()).Value));
            else reader.Skip();
        }
        reply.Ok();
    }

    private void ResizePty(ProcessCall call, Reply reply)
    {
        host.Task.Find(call.ExecId).Stdio.Resize((ushort)Math.Min(call.Third, ushort.MaxValue), (ushort)Math.Min(call.Fourth, ushort.MaxValue));
        reply.Ok();
    }

    private void CloseIO(ProcessCall call, Reply reply)
    {
        if (call.Third != 0) host.Task.Find(call.ExecId).Stdio.CloseInput();
        reply.Ok();
    }
}
