namespace Sampan.Fuzzing;

/// <summary>Wrong versions of right inputs, the same ones for the same seed. SAMPAN_FUZZ_SEED and SAMPAN_FUZZ_ROUNDS search further than the suite does.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[][] s_tokens = [.. new[]
    {
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "0", "18446744073709551616", "1e400", "\\ud800", "\n", " ", "\0", "/../", "%n", "max", "4294967296", "[[[[[[[[", "{\"\":",
    }.Select(System.Text.Encoding.UTF8.GetBytes)];

    private readonly Random _random = new(int.TryParse(Environment.GetEnvironmentVariable("SAMPAN_FUZZ_SEED"), out int other) ? other : seed);

    /// <summary>How often the suite tries, unless it is told otherwise.</summary>
    public static int Rounds(int usual) => int.TryParse(Environment.GetEnvironmentVariable("SAMPAN_FUZZ_ROUNDS"), out int rounds) ? rounds : usual;

    public byte[] Mutate(ReadOnlySpan<byte> input)
    {
        List<byte> bytes = [.. input];
        for (int changes = 1 + _random.Next(4); changes > 0; changes--) Change(bytes);
        return [.. bytes];
    }

    public string MutateText(string text) => System.Text.Encoding.UTF8.GetString(Mutate(System.Text.Encoding.UTF8.GetBytes(text)));

    private void Change(List<byte> bytes)
    {
        int at = _random.Next(bytes.Count + 1), length = _random.Next(Math.Min(40, bytes.Count - at + 1));
        switch (_random.Next(6))
        {
            case 0 when at < bytes.Count: bytes[at] = (byte)_random.Next(256); break;
            case 1: bytes.RemoveRange(at, length); break;
            case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 3: bytes.InsertRange(at, s_tokens[_random.Next(s_tokens.Length)]); break;
            case 4 when at < bytes.Count: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 5 when _random.Next(8) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            default: bytes.Insert(at, (byte)_random.Next(256)); break;
        }
    }
}
