using Sampan.Faults;

namespace Sampan.Engine.Attach;

/// <summary>Watches what a person types for the keys that leave a container running: a comma-separated list of characters and
/// <c>ctrl-</c> followed by a–z, @, [, \, ], ^ or _.</summary>
internal sealed class DetachKeys
{
    private static readonly byte[] Default = [0x10, 0x11];   // ctrl-p, ctrl-q
    private readonly byte[] _sequence;
    private int _matched;

    private DetachKeys(byte[] sequence) => _sequence = sequence;

    /// <exception cref="FaultException">InvalidArgument, with Docker's text.</exception>
    public static DetachKeys Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new DetachKeys(Default);
        var bytes = new List<byte>();
        foreach (string key in text.Split(','))
        {
            if (key.Length == 1 && char.IsAscii(key[0]))
                bytes.Add((byte)key[0]);
            else if (key.Length == 6 && key.StartsWith("ctrl-", StringComparison.OrdinalIgnoreCase)
                && char.ToUpperInvariant(key[5]) is >= '@' and <= '_' and var control)
                bytes.Add((byte)(control - '@'));
            else
                throw new FaultException(FaultKind.InvalidArgument, $"Invalid escape keys ({text}) provided");
        }
        return new DetachKeys([.. bytes]);
    }

    /// <summary>Passes input through: what may be the beginning of the sequence is held back until it is complete or broken.</summary>
    /// <param name="output">At least as long as the input plus the sequence.</param>
    /// <returns>True when the whole sequence was typed; then the rest of the input is dropped.</returns>
    public bool Filter(ReadOnlySpan<byte> input, Span<byte> output, out int written)
    {
        written = 0;
        foreach (byte value in input)
        {
            if (value == _sequence[_matched])
            {
                if (++_matched == _sequence.Length)
                    return true;
                continue;
            }
            // Broken: give back what was held, then look at this byte afresh.
            _sequence.AsSpan(0, _matched).CopyTo(output[written..]);
            written += _matched;
            _matched = value == _sequence[0] && _sequence.Length > 1 ? 1 : 0;
            if (_matched == 0)
                output[written++] = value;
        }
        return false;
    }

    public int Length => _sequence.Length;
}
