using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Engine.Spec;

/// <summary>AppArmor, where the kernel has it: containers run under "docker-default" unless another profile is named. apparmor(7)</summary>
internal static class AppArmor
{
    public const string DefaultName = "docker-default", Unconfined = "unconfined";
    private const string Loaded = "/sys/kernel/security/apparmor/profiles";

    // Files, network and capabilities are everybody's business elsewhere (mounts, namespaces, seccomp); what this closes are the kernel's own files
    // in /proc and /sys, mounts, and signals and traces beyond the containers of this profile.
    private const string DefaultProfile = """
        profile docker-default flags=(attach_disconnected,mediate_deleted) {
          file,
          network,
          capability,
          umount,
          deny mount,
          signal (receive) peer=unconfined,
          signal (send, receive) peer=docker-default,
          ptrace (trace, read, tracedby, readby) peer=docker-default,
          deny @{PROC}/sys/** wklx,
          deny @{PROC}/sysrq-trigger rwklx,
          deny @{PROC}/kcore rwklx,
          deny @{PROC}/mem rwklx,
          deny @{PROC}/kmem rwklx,
          deny /sys/** wklx,
          deny /sys/firmware/** rwklx,
          deny /sys/kernel/security/** rwklx,
        }

        """;

    /// <summary>The kernel has it and confines programs by it. Not inside a container, whose profiles are not its own to load.</summary>
    public static bool IsEnabled { get; } = Directory.Exists("/sys/kernel/security/apparmor") && Environment.GetEnvironmentVariable("container") is null or ""
        && File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y');

    /// <summary>What <c>--security-opt</c> names last; null for none.</summary>
    public static string? Asked(IReadOnlyList<string>? options)
    {
        string? asked = null;
        foreach (string option in options ?? [])
            if (option.StartsWith("apparmor=", StringComparison.Ordinal) || option.StartsWith("apparmor:", StringComparison.Ordinal)) asked = option["apparmor=".Length..];
        return asked;
    }

    /// <summary>What a container runs under, and its inspection shows; empty without AppArmor.</summary>
    public static string NameOf(string? asked, bool privileged) => !IsEnabled ? "" : asked ?? (privileged ? Unconfined : DefaultName);

    /// <summary>What its processes are to be put under; null for nothing.</summary>
    /// <exception cref="FaultException">Internal: the default profile cannot be loaded.</exception>
    public static string? ProfileFor(string? asked, bool privileged)
    {
        string name = NameOf(asked, privileged);
        if (name == DefaultName && !IsLoaded()) Load();
        return name is "" or Unconfined ? null : name;
    }

    private static bool IsLoaded()
    {
        // docker-default (enforce)
        foreach (string line in File.ReadLines(Loaded))
            if (line.StartsWith(DefaultName + " ", StringComparison.Ordinal)) return true;
        return false;
    }

    private static void Load()
    {
        const string Failed = "AppArmor enabled on system but the docker-default profile could not be loaded";
        string? parser = Array.Find(["/usr/sbin/apparmor_parser", "/sbin/apparmor_parser", "/usr/bin/apparmor_parser"], File.Exists);
        if (parser is null) throw new FaultException(FaultKind.Internal, $"{Failed}: there is no apparmor_parser; install the package apparmor");
        (SafeFileHandle reader, SafeFileHandle writer) = Files.Pipe();
        using (reader)
        {
            using (writer) Files.WriteAll(writer, Encoding.UTF8.GetBytes($"@{{PROC}}=/proc/\n{DefaultProfile}"), "apparmor_parser");
            using ChildProcess process = Spawn.Start(new SpawnOptions
            {
                Path = parser, Arguments = ["apparmor_parser", "--replace", "--skip-cache"], Descriptors = new Dictionary<int, SafeFileHandle> { [0] = reader },
            });
            ExitStatus ended = process.Wait();
            if (ended.ShellCode != 0) throw new FaultException(FaultKind.Internal, $"{Failed}: running '{parser}' failed: {ended.Text}");
        }
    }
}
