using System.Text.Json;
using Sampan.Engine.Containers.Create;
using Sampan.Engine.Events;
using Sampan.Engine.Spec;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Containers;

/// <summary><c>docker update</c>: limits and restart policy of a container, running or not. Zero leaves a value as it is.</summary>
internal sealed class ContainerUpdater(ContainerStore store, EventLog events)
{
    /// <exception cref="FaultException">InvalidArgument; NotSupported: a field that cannot be changed; Conflict: being removed.</exception>
    public async Task<ContainerUpdateResponse> UpdateAsync(Container container, ContainerUpdateRequest request, CancellationToken ct)
    {
        if (request.Devices is { Count: > 0 } || request.DeviceCgroupRules is { Count: > 0 } || request.DeviceRequests is { Count: > 0 } || request.Ulimits is { Count: > 0 })
            throw new FaultException(FaultKind.NotSupported, "not supported by this engine: changing Devices, DeviceCgroupRules, DeviceRequests or Ulimits of a container");
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (container.State.Status is ContainerStatus.Removing or ContainerStatus.Dead)
                throw new FaultException(FaultKind.Conflict, $"Cannot update container {container.Id}: container is marked for removal and cannot be \"update\"");
            RefuseConflicts(container.Document.HostConfig, request, container.Id);
            var host = Merge(container.Document.HostConfig, request);
            if (host.AutoRemove && host.RestartPolicy.Name is not ("" or RestartPolicies.No))
                throw new FaultException(FaultKind.Conflict, "Restart policy cannot be updated because AutoRemove is enabled for the container");
            HostConfigDefaults.ValidateResources(host);
            HostConfigDefaults.ValidateRestartPolicy(host.RestartPolicy, host.AutoRemove);
            if (container.State.Status.HasProcess() && container.Task is { } task)
                await task.UpdateAsync(JsonSerializer.SerializeToUtf8Bytes(ResourcesSection.Build((ContainerResources)host), RuntimeSpecJson.Default.LinuxResources), ct).ConfigureAwait(false);
            var updated = container.Document with { HostConfig = host };
            store.Save(updated);
            container.Document = updated;
            events.Publish(container, "update");
            return new ContainerUpdateResponse { Warnings = null };
        }
        finally
        {
            container.Verbs.Release();
        }
    }

    /// <summary>What one value says another must not say differently; of memory and swap the first alone would leave less swap than memory.</summary>
    private static void RefuseConflicts(HostConfig host, ContainerUpdateRequest request, string id)
    {
        string? conflict =
            request.NanoCpus > 0 && host.CpuPeriod > 0 ? "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set"
            : request.NanoCpus > 0 && host.CpuQuota > 0 ? "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set"
            : request.CpuPeriod > 0 && host.NanoCpus > 0 ? "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set"
            : request.CpuQuota > 0 && host.NanoCpus > 0 ? "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set"
            : request.Memory > 0 && request.MemorySwap == 0 && request.Memory > host.MemorySwap
                ? "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time" : null;
        if (conflict is not null)
            throw new FaultException(FaultKind.Conflict, $"Cannot update container {id}: {conflict}");
    }

    private static HostConfig Merge(HostConfig host, ContainerUpdateRequest request) => host with
    {
        BlkioWeight = request.BlkioWeight != 0 ? request.BlkioWeight : host.BlkioWeight,
        CpuShares = request.CpuShares != 0 ? request.CpuShares : host.CpuShares,
        NanoCpus = request.NanoCpus != 0 ? request.NanoCpus : host.NanoCpus,
        CpuPeriod = request.CpuPeriod != 0 ? request.CpuPeriod : host.CpuPeriod,
        CpuQuota = request.CpuQuota != 0 ? request.CpuQuota : host.CpuQuota,
        CpuRealtimePeriod = request.CpuRealtimePeriod != 0 ? request.CpuRealtimePeriod : host.CpuRealtimePeriod,
        CpuRealtimeRuntime = request.CpuRealtimeRuntime != 0 ? request.CpuRealtimeRuntime : host.CpuRealtimeRuntime,
        CpusetCpus = request.CpusetCpus.Length > 0 ? request.CpusetCpus : host.CpusetCpus,
        CpusetMems = request.CpusetMems.Length > 0 ? request.CpusetMems : host.CpusetMems,
        Memory = request.Memory != 0 ? request.Memory : host.Memory,
        MemorySwap = request.MemorySwap != 0 ? request.MemorySwap : host.MemorySwap,
        MemoryReservation = request.MemoryReservation != 0 ? request.MemoryReservation : host.MemoryReservation,
        PidsLimit = request.PidsLimit ?? host.PidsLimit,
        RestartPolicy = request.RestartPolicy.Name.Length > 0 ? request.RestartPolicy : host.RestartPolicy,
    };
}
