using System.Buffers;
using System.Text.Json;
using Sampan.Linux;
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
            json.WriteEndObject();
            // Whether we can, whatever this machine has. features-linux.md
            foreach (string feature in (ReadOnlySpan<string>)["apparmor", "selinux", "intelRdt"])
            {
                json.WriteStartObject(feature);
                json.WriteBoolean("enabled"u8, true);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        StandardOutput.Write(buffer.WrittenSpan);
        StandardOutput.Write("\n");
        return 0;
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
