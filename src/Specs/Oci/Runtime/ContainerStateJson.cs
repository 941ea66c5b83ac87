using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Sampan.Faults;

namespace Sampan.Specs.Oci.Runtime;

/// <summary>Writes and reads <see cref="ContainerState"/> without a serializer.</summary>
public static class ContainerStateJson
{
    /// <param name="indented">As runc's <c>state</c> prints it, for people.</param>
    public static byte[] Write(ContainerState state, bool indented = false)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = indented })) Write(json, state);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The state as one value of a larger document.</summary>
    public static void Write(Utf8JsonWriter json, ContainerState state)
    {
        json.WriteStartObject();
        json.WriteString("ociVersion"u8, state.OciVersion);
        json.WriteString("id"u8, state.Id);
        json.WriteNumber("pid"u8, state.Pid);
        json.WriteString("status"u8, state.Status);
        json.WriteString("bundle"u8, state.Bundle);
        if (state.Rootfs is not null) json.WriteString("rootfs"u8, state.Rootfs);
        if (state.Created is { } created) json.WriteString("created"u8, created.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
        if (state.Annotations is { Count: > 0 } annotations)
        {
            json.WriteStartObject("annotations"u8);
            foreach ((string key, string value) in annotations) json.WriteString(key, value);
            json.WriteEndObject();
        }
        if (state.Owner is not null) json.WriteString("owner"u8, state.Owner);
        if (state.InitStartTime is { } started) json.WriteNumber("initStartTime"u8, started);
        if (state.CgroupPath is not null) json.WriteString("cgroupPath"u8, state.CgroupPath);
        if (state.CgroupsOfCreator is not null) json.WriteString("cgroupsOfCreator"u8, state.CgroupsOfCreator);
        if (state.SystemdUnit is not null) json.WriteString("systemdUnit"u8, state.SystemdUnit);
        if (state.StandardStreams is { } streams)
        {
            json.WritePropertyName("standardStreams"u8);
            StreamNamesJson.Write(json, streams);
        }
        if (state.LaterHooks is { } hooks)
        {
            json.WriteStartArray("laterHooks"u8);
            foreach (string hook in hooks) json.WriteStringValue(hook);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <exception cref="FaultException">InvalidArgument: not a state document.</exception>
    public static ContainerState Read(ReadOnlySpan<byte> utf8) => JsonDocumentReader.Read(utf8, "state document", State);

    private static ContainerState State(ref JsonCursor json)
    {
        string? version = null, id = null, status = null, bundle = null, rootfs = null, created = null, owner = null, cgroup = null, cgroupsOfCreator = null, unit = null;
        int pid = 0;
        ulong? started = null;
        Dictionary<string, string>? annotations = null;
        List<string>? streams = null, hooks = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("ociVersion"u8)) version = json.String();
            else if (property.Is("id"u8)) id = json.String();
            else if (property.Is("pid"u8)) pid = json.Int32();
            else if (property.Is("status"u8)) status = json.String();
            else if (property.Is("bundle"u8)) bundle = json.String();
            else if (property.Is("rootfs"u8)) rootfs = json.String();
            else if (property.Is("created"u8)) created = json.String();
            else if (property.Is("annotations"u8)) annotations = json.Map(static (ref item) => item.String());
            else if (property.Is("owner"u8)) owner = json.String();
            else if (property.Is("initStartTime"u8)) started = json.UInt64();
            else if (property.Is("cgroupPath"u8)) cgroup = json.String();
            else if (property.Is("cgroupsOfCreator"u8)) cgroupsOfCreator = json.String();
            else if (property.Is("systemdUnit"u8)) unit = json.String();
            else if (property.Is("standardStreams"u8)) streams = json.Strings();
            else if (property.Is("laterHooks"u8)) hooks = json.Strings();
        }
        return new()
        {
            OciVersion = version ?? RuntimeSpec.CurrentVersion,
            Id = id ?? throw JsonDocumentReader.Missing("id"),
            Status = status ?? throw JsonDocumentReader.Missing("status"),
            Bundle = bundle ?? throw JsonDocumentReader.Missing("bundle"),
            Pid = pid,
            Rootfs = rootfs,
            Created = created is null ? null : DateTime.TryParse(created, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTime time) ? time
                : throw new FaultException(FaultKind.InvalidArgument, $"'created' is no time: '{created}'"),
            Annotations = annotations,
            Owner = owner,
            InitStartTime = started,
            CgroupPath = cgroup,
            CgroupsOfCreator = cgroupsOfCreator,
            SystemdUnit = unit,
            StandardStreams = streams,
            LaterHooks = hooks,
        };
    }
}
