using System.Globalization;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>--gpus all, 2, "device=0,capabilities=utility": fields of one CSV record.</summary>
internal static class GpuSyntax
{
    public static DeviceRequest Parse(string text)
    {
        var request = new DeviceRequest { Options = new Dictionary<string, string>(), Capabilities = [["gpu"]] };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string field in CsvRecord.Split(text))
        {
            int equals = field.IndexOf('=');
            string key = equals < 0 ? field : field[..equals], value = equals < 0 ? "" : field[(equals + 1)..];
            if (!seen.Add(key)) throw new FormatException($"gpu request key '{key}' can be specified only once");
            if (equals < 0)
            {
                seen.Add("count");
                request = request with { Count = Count(key) };
                continue;
            }
            request = key switch
            {
                "driver" => request with { Driver = value },
                "count" => request with { Count = Count(value) },
                "device" => request with { DeviceIDs = value.Split(',') },
                "capabilities" => request with { Capabilities = [[.. value.Split(','), "gpu"]] },
                "options" => request with { Options = KeyValueFile.ToMap(CsvRecord.Split(value)) },
                _ => throw new FormatException($"unexpected key '{key}' in '{field}'"),
            };
        }
        return seen.Contains("count") || request.DeviceIDs is not null ? request : request with { Count = 1 };
    }

    private static int Count(string text) => text == "all" ? -1
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count) ? count
        : throw new FormatException($"invalid count ({text}): value must be either \"all\" or an integer: invalid syntax");
}
