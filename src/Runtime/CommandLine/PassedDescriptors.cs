using System.Globalization;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

/// <summary>Our descriptors from 3 on that a process gets: first systemd's activated sockets, then those of --preserve-fds. sd_listen_fds(3)</summary>
internal readonly record struct PassedDescriptors(int Activated, int Preserved)
{
    private const int First = 3;

    internal int Count => Activated + Preserved;

    /// <exception cref="FaultException">InvalidArgument: one of --preserve-fds is not open.</exception>
    internal static PassedDescriptors Of(Arguments arguments, bool withSocketActivation)
    {
        PassedDescriptors passed = new(withSocketActivation ? Listening() : 0, arguments.Count("preserve-fds"));
        for (int i = 0; i < passed.Preserved; i++)
            if (!Files.TryStat(null, $"/proc/self/fd/{First + passed.Activated + i}", followLinks: false, out _))
                throw new FaultException(FaultKind.InvalidArgument, $"unable to stat preserved-fd {i} (of {passed.Preserved}): no such descriptor is open");
        return passed;
    }

    /// <summary>The container's first process is the one that systemd's variables speak of, and it is number 1 there.</summary>
    internal RuntimeSpec AddTo(RuntimeSpec spec)
        => Activated == 0 || spec.Process is not { } process ? spec
            : spec with { Process = process with { Env = [.. process.Env ?? [], $"LISTEN_FDS={Activated}", "LISTEN_PID=1"] } };

    private static int Listening() => InnerRuntime.IsThis ? InnerRuntime.ActivatedSockets
        : Environment.GetEnvironmentVariable("LISTEN_PID") == Libc.getpid().ToString(CultureInfo.InvariantCulture)
            && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0;
}
