using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class ListCommand
{
    internal static Command Command => new("list", """
        lists containers started by the runtime with the given root

        --format value, -f value  select one of: table(default) or json
        --quiet, -q  display only container IDs
        """, Run)
    { Operands = 0 };

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        if (global.HasRoot && !Directory.Exists(global.Root)) throw new FaultException(FaultKind.NotFound, $"open {global.Root}: no such file or directory");
        List<ContainerState> states = [];
        string[] ids = [.. global.Runtime.List()];
        Array.Sort(ids, StringComparer.Ordinal);
        foreach (string id in ids)
        {
            try
            {
                using Container container = global.Runtime.Open(id);
                states.Add(container.State with { Owner = Owner($"{global.Root}/{id}") });
            }
            catch (FaultException e) when (e.Kind == FaultKind.NotFound)
            {
                // Deleted meanwhile, or never made whole.
            }
        }
        if (parsed.Has("quiet"))
        {
            foreach (ContainerState state in states) StandardOutput.Write($"{state.Id}\n");
            return 0;
        }
        switch (parsed.Value("format"))
        {
            case null or "table": StandardOutput.Write(Table(states)); break;
            case "json": StandardOutput.Write(Json(states)); break;
            default: throw new FaultException(FaultKind.InvalidArgument, "invalid format option");
        }
        return 0;
    }

    private static byte[] Json(List<ContainerState> states)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            if (states.Count == 0) json.WriteNullValue();
            else
            {
                json.WriteStartArray();
                foreach (ContainerState state in states) ContainerStateJson.Write(json, state);
                json.WriteEndArray();
            }
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static string Table(List<ContainerState> states)
    {
        List<string[]> rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]];
        foreach (ContainerState state in states)
            rows.Add([state.Id, state.Pid.ToString(CultureInfo.InvariantCulture), state.Status, state.Bundle,
                state.Created?.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) ?? "", state.Owner ?? ""]);
        int[] widths = new int[rows[0].Length];
        Array.Fill(widths, 12);
        foreach (string[] row in rows)
            for (int column = 0; column < row.Length; column++) widths[column] = Math.Max(widths[column], row[column].Length + 3);
        StringBuilder table = new();
        foreach (string[] row in rows)
        {
            for (int column = 0; column < row.Length; column++) table.Append(column == row.Length - 1 ? row[column] : row[column].PadRight(widths[column]));
            table.Append('\n');
        }
        return table.ToString();
    }

    private static string Owner(string directory)
    {
        string uid = Files.Stat(null, directory).Uid.ToString(CultureInfo.InvariantCulture);
        using SafeFileHandle? passwd = Files.TryOpenAt(null, "/etc/passwd", OpenFlags.ReadOnly, 0, out _);
        // root:x:0:0:root:/root:/bin/sh     passwd(5)
        foreach (string line in passwd is null ? [] : Encoding.UTF8.GetString(Files.ReadAll(passwd, "/etc/passwd")).Split('\n'))
            if (line.Split(':') is [var name, _, var id, ..] && id == uid) return name;
        return $"#{uid}";
    }
}
