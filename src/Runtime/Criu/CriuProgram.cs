using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Runtime.Criu;

/// <summary>criu(8), which saves and restores trees of processes, as it is installed here.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Version">31701 for 3.17.1.</param>
internal sealed record CriuProgram(string Path, int Version)
{
    // The first to tell its version; each of the others is what one of our requests needs.
    private const int Oldest = 30_000;
    internal const int ExternalNetwork = 31_100, FreezesUnified = 31_400, ExternalPids = 31_500, TellsWhenReady = 31_500, TakesLsm = 31_600, LocksByNftables = 31_700;

    /// <exception cref="FaultException">NotSupported: there is none, or it is too old; Internal: it does not start.</exception>
    internal static CriuProgram Find()
    {
        string path = ProgramSearch.Find("criu")
            ?? throw new FaultException(FaultKind.NotSupported, "checkpoint and restore need criu, and there is none in $PATH; install the package criu");
        using CriuService service = CriuService.Start(path);
        service.Send(new CriuRequest(CriuRequestType.VERSION).Encode());
        CriuProgram found = new(path, service.ReceiveEnd(CriuRequestType.VERSION).Version);
        found.Require(Oldest, "checkpoint and restore");
        return found;
    }

    /// <exception cref="FaultException">NotSupported.</exception>
    internal void Require(int version, string what)
    {
        if (Version < version)
            throw new FaultException(FaultKind.NotSupported, $"CRIU version {Version} must be {version} or higher for {what}");
    }

    /// <exception cref="FaultException">NotSupported: the kernel has not what is asked for.</exception>
    internal void RequireFeatures(bool memoryTracking, bool lazyPages)
    {
        if (!memoryTracking && !lazyPages) return;
        using CriuService service = CriuService.Start(Path);
        service.Send(CriuRequest.FeatureCheck());
        CriuResponse features = service.ReceiveEnd(CriuRequestType.FEATURE_CHECK);
        if (memoryTracking && !features.HasMemoryTracking) throw new FaultException(FaultKind.NotSupported, "criu is missing features: [MemTrack]");
        if (lazyPages && !features.HasLazyPages) throw new FaultException(FaultKind.NotSupported, "criu is missing features: [LazyPages]");
    }

    /// <summary>Meanwhile no packet may come or go. criu's own way needs iptables-restore; where that is not installed it has another.</summary>
    internal void ChooseNetworkLock(CriuRequest request)
    {
        const int Nftables = 2;   // rpc.proto criu_network_lock_method
        if (Version >= LocksByNftables && ProgramSearch.Find("iptables-restore") is null) request.Number(CriuField.network_lock, Nftables);
    }

    /// <inheritdoc cref="CriuService.Start"/>
    internal CriuService Start(IReadOnlyDictionary<int, SafeFileHandle>? descriptors = null) => CriuService.Start(Path, descriptors);
}
