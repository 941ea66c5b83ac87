using System.Buffers;
using System.Text.Json;
using Sampan.Linux;
using Sampan.Linux.Seccomp;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

/// <summary>What this runtime can do. runtime-spec v1.3, features.md.</summary>
internal static class FeaturesCommand
{
    internal static Command Command => new("features", """
        show the enabled features

        """, Run)
    { Operands = 0 };

    private static int Run(GlobalOptions global, Arguments arguments)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersionMin"u8, "1.0.0"u8);
            json.WriteString("ociVersionMax"u8, RuntimeSpec.CurrentVersion);
            Write(json, "hooks", ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]);
            Write(json, "mountOptions", Rootfs.MountOptions.Names);
            json.WriteStartObject("linux"u8);
            Write(json, "namespaces", ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]);
            Write(json, "capabilities", Capabilities.All);
            json.WriteStartObject("cgroup"u8);
            json.WriteBoolean("v1"u8, true);
            json.WriteBoolean("v2"u8, true);
            json.WriteBoolean("systemd"u8, true);
            json.WriteBoolean("systemdUser"u8, true);
            json.WriteBoolean("rdma"u8, true);
            json.WriteEndObject();
            WriteSeccomp(json);
            WriteEnabled(json, "apparmor");
            WriteEnabled(json, "selinux");
            WriteEnabled(json, "intelRdt", "schemata", "monitoring");
            json.WriteStartObject("memoryPolicy"u8);
            Write(json, "modes", MemoryPolicies.Modes);
            Write(json, "flags", MemoryPolicies.Flags);
            json.WriteEndObject();
            json.WriteStartObject("mountExtensions"u8);
            WriteEnabled(json, "idmap");
            json.WriteEndObject();
            WriteEnabled(json, "netDevices");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        StandardOutput.Write(buffer.WrittenSpan);
        StandardOutput.Write("\n");
        return 0;
    }

    private static void WriteSeccomp(Utf8JsonWriter json)
    {
        json.WriteStartObject("seccomp"u8);
        json.WriteBoolean("enabled"u8, true);
        Write(json, "actions", SeccompSupport.Actions);
        Write(json, "operators", SeccompSupport.Operators);
        Write(json, "archs", SeccompSupport.Architectures);
        Write(json, "knownFlags", SeccompSupport.KnownFlags);
        Write(json, "supportedFlags", SeccompSupport.SupportedFlags());
        json.WriteEndObject();
    }

    /// <summary>This program has it; whether the machine has it too, it does not say. features.md</summary>
    private static void WriteEnabled(Utf8JsonWriter json, string feature, params ReadOnlySpan<string> parts)
    {
        json.WriteStartObject(feature);
        json.WriteBoolean("enabled"u8, true);
        foreach (string part in parts) json.WriteBoolean(part, true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
