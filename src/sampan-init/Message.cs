using System.Text;

namespace Sampan.Init;

/// <summary>One line on stderr, without the weight of the console's classes.</summary>
internal static unsafe class Message
{
    private const int StandardError = 2;

    public static void Write(string text)
    {
        byte[] line = Encoding.UTF8.GetBytes(text + "\n");
        fixed (byte* start = line)
            _ = Libc.write(StandardError, start, (nuint)line.Length);
    }
}
