using Sampan.Linux;

namespace Sampan.Shim.Logs;

/// <summary>A moment in UTC with nanoseconds, which <see cref="DateTime"/> has not.</summary>
internal readonly record struct LogTime(long Seconds, int Nanoseconds)
{
    public static LogTime Now
    {
        get
        {
            var (seconds, nanoseconds) = Clock.RealTime();
            return new LogTime(seconds, nanoseconds);
        }
    }

    /// <summary>RFC 3339 as Go's RFC3339Nano prints it: without the fraction's trailing zeros, without the dot when there is none left.</summary>
    /// <param name="into">At least 30 bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Format(Span<byte> into)
    {
        var date = DateTime.UnixEpoch.AddSeconds(Seconds);
        Digits(into, date.Year, 4);
        into[4] = (byte)'-';
        Digits(into[5..], date.Month, 2);
        into[7] = (byte)'-';
        Digits(into[8..], date.Day, 2);
        into[10] = (byte)'T';
        Digits(into[11..], date.Hour, 2);
        into[13] = (byte)':';
        Digits(into[14..], date.Minute, 2);
        into[16] = (byte)':';
        Digits(into[17..], date.Second, 2);
        int length = 19;
        if (Nanoseconds != 0)
        {
            into[length++] = (byte)'.';
            Digits(into[length..], Nanoseconds, 9);
            length += 9;
            while (into[length - 1] == '0') length--;
        }
        into[length++] = (byte)'Z';
        return length;
    }

    private static void Digits(Span<byte> into, int value, int count)
    {
        for (int i = count - 1; i >= 0; i--, value /= 10) into[i] = (byte)('0' + value % 10);
    }
}
