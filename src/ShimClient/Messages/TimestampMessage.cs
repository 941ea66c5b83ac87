using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>google.protobuf.Timestamp: seconds since the epoch 1, nanoseconds 2.</summary>
internal static class TimestampMessage
{
    public static DateTimeOffset Read(ReadOnlySpan<byte> data)
    {
        long seconds = 0;
        int nanos = 0;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: seconds = reader.Int64(); break;
                case 2: nanos = reader.Int32(); break;
                default: reader.Skip(); break;
            }
        }
        seconds = Math.Clamp(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(Math.Clamp(nanos, 0, 999_999_999) / 100);
    }

    public static void Write(ProtobufWriter writer, int field, DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTime.UnixEpoch.Ticks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        if (rest < 0) (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        int mark = writer.Begin(field);
        writer.Int64(1, seconds);
        writer.Int32(2, (int)rest * 100);
        writer.End(mark);
    }
}
