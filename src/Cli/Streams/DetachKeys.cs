namespace Sampan.Cli.Streams;

/// <summary>The keys that leave a container running and its terminal ours: "ctrl-p,ctrl-q", or any list of keys.</summary>
internal sealed class DetachKeys
{
    private readonly byte[] _keys;
    private int _matched;

    private DetachKeys(byte[] keys) => _keys = keys;

    /// <exception cref="FormatException">A key that is neither one character nor ctrl- with a letter or one of @ [ \ ] ^ _.</exception>
    public static DetachKeys Parse(string text) => new([.. text.Split(',').Select(ParseKey)]);

    /// <summary>Takes what was typed; writes what is not part of the sequence to <paramref name="passed"/>, keys held back earlier first.</summary>
    /// <returns>True once the whole sequence was typed.</returns>
    public bool Filter(ReadOnlySpan<byte> typed, List<byte> passed)
    {
        foreach (byte key in typed)
        {
            if (key == _keys[_matched])
            {
                if (++_matched < _keys.Length) continue;
                _matched = 0;
                return true;
            }
            passed.AddRange(_keys.AsSpan(0, _matched));
            _matched = key == _keys[0] && _keys.Length > 1 ? 1 : 0;
            if (_matched == 0) passed.Add(key);
        }
        return false;
    }

    private static byte ParseKey(string key)
    {
        if (key.Length == 1 && key[0] < 128) return (byte)key[0];
        if (key.StartsWith("ctrl-", StringComparison.Ordinal) && key.Length == 6)
        {
            char letter = key[5];
            if (letter is >= 'a' and <= 'z') return (byte)(letter - 'a' + 1);
            if (letter is >= '@' and <= '_') return (byte)(letter - '@');
        }
        throw new FormatException($"Unknown character: '{key}'");
    }
}
