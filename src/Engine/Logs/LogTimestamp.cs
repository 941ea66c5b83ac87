namespace Sampan.Engine.Logs;

/// <summary>The time before a line of <c>docker logs -t</c>: always nine digits of fraction, "2026-01-02T03:04:05.120000000Z".</summary>
internal static class LogTimestamp
{
    public const int Length = 30;
    private const int FractionDigits = 9;
    private const int PointAt = 19;

    /// <param name="time">RFC 3339 in UTC with any number of digits, as the log has it.</param>
    public static void Write(ReadOnlySpan<byte> time, Span<byte> target)
    {
        target = target[..Length];
        target.Fill((byte)'0');
        target[PointAt] = (byte)'.';
        target[^1] = (byte)'Z';
        int end = time.EndsWith("Z"u8) ? time.Length - 1 : time.Length;
        time[..Math.Min(PointAt, end)].CopyTo(target);
        if (end > PointAt + 1)
            time[(PointAt + 1)..Math.Min(end, PointAt + 1 + FractionDigits)].CopyTo(target[(PointAt + 1)..]);
    }
}
