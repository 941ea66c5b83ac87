using System.Text;
using System.Text.Json;

namespace Sampan.Engine.Logs;

/// <summary>One line of a json-file log, decoded: <c>{"log":"hello\n","stream":"stdout","time":"2026-01-02T03:04:05.678901234Z"}</c></summary>
internal readonly ref struct LogEntry
{
    /// <summary>The output, with its line end when it had one. Valid until the next parse into the same buffer.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }
    public bool IsStderr { get; init; }
    /// <summary>RFC 3339 as written.</summary>
    public ReadOnlySpan<byte> Time { get; init; }
    /// <summary>What the log options labels, env and tag added, as <c>--details</c> shows it: "a=b,tag=x"; null for nothing.</summary>
    public string? Attributes { get; init; }

    /// <param name="line">Without the line feed.</param>
    /// <param name="scratch">Receives the payload when it has escapes; at least as long as the line.</param>
    /// <returns>False for a line that is no entry (a crash may tear the last one).</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, Span<byte> scratch, out LogEntry entry) =>
        TryParseOurs(line, scratch, out entry) || TryParseAny(line, scratch, out entry);

    // The writer's own spelling, read from both ends: nothing in the tail can be confused with the payload, whose quotes are escaped.
    private static bool TryParseOurs(ReadOnlySpan<byte> line, Span<byte> scratch, out LogEntry entry)
    {
        entry = default;
        if (!line.StartsWith("{\"log\":\""u8) || !line.EndsWith("\"}"u8))
            return false;
        int timeStart = line[..^2].LastIndexOf((byte)'"') + 1;
        var before = line[..timeStart];
        bool stderr = before.EndsWith("\",\"stream\":\"stderr\",\"time\":\""u8);
        if (!stderr && !before.EndsWith("\",\"stream\":\"stdout\",\"time\":\""u8))
            return false;
        var escaped = before[8..^("\",\"stream\":\"stdout\",\"time\":\""u8.Length)];
        ReadOnlySpan<byte> payload = escaped;
        // Most lines have one escape: their line feed, at the end.
        if (escaped.EndsWith("\\n"u8) && !escaped[..^2].Contains((byte)'\\'))
        {
            escaped[..^2].CopyTo(scratch);
            scratch[escaped.Length - 2] = (byte)'\n';
            payload = scratch[..(escaped.Length - 1)];
        }
        else if (escaped.Contains((byte)'\\'))
        {
            var reader = new Utf8JsonReader(line[7..(8 + escaped.Length + 1)]);
            if (!reader.Read())
                return false;
            payload = scratch[..reader.CopyString(scratch)];
        }
        entry = new LogEntry { Payload = payload, IsStderr = stderr, Time = line[timeStart..^2] };
        return true;
    }

    private static bool TryParseAny(ReadOnlySpan<byte> line, Span<byte> scratch, out LogEntry entry)
    {
        entry = default;
        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            var root = document.RootElement;
            int length = Encoding.UTF8.GetBytes(root.TryGetProperty("log", out var log) ? log.GetString() ?? "" : "", scratch);
            entry = new LogEntry
            {
                Payload = scratch[..length],
                IsStderr = root.TryGetProperty("stream", out var stream) && stream.ValueEquals("stderr"u8),
                Time = root.TryGetProperty("time", out var time) ? Encoding.UTF8.GetBytes(time.GetString() ?? "") : [],
                Attributes = root.TryGetProperty("attrs", out var attributes) ? Describe(attributes) : null,
            };
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // Sorted and escaped as in a query string.
    private static string Describe(JsonElement attributes)
    {
        var pairs = new List<string>();
        foreach (var property in attributes.EnumerateObject())
            pairs.Add($"{Escape(property.Name)}={Escape(property.Value.GetString() ?? "")}");
        pairs.Sort(StringComparer.Ordinal);
        return string.Join(',', pairs);
    }

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    /// <summary>Nanoseconds since the epoch; 0 when the time cannot be read.</summary>
    public long Nanoseconds
    {
        get
        {
            // 2026-01-02T03:04:05.678901234Z: the framework reads seven digits, the last two are added by hand.
            int point = Time.IndexOf((byte)'.');
            Span<char> text = stackalloc char[40];
            if (Time.Length > text.Length || !DateTimeOffset.TryParse(text[..Encoding.ASCII.GetChars(point < 0 ? Time : Time[..point], text)],
                System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var seconds))
                return 0;
            long nanoseconds = UnixTime.Nanoseconds(seconds);
            long unit = 100_000_000;
            for (int i = point + 1; point >= 0 && i < Time.Length && Time[i] is >= (byte)'0' and <= (byte)'9'; i++, unit /= 10)
                nanoseconds += (Time[i] - '0') * unit;
            return nanoseconds;
        }
    }
}
