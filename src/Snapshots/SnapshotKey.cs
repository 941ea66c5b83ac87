using Sampan.Faults;

namespace Sampan.Snapshots;

/// <summary>Name of an active snapshot or view, chosen by the caller (a container id, "unpack-…"). Also a file name:
/// 1 to 200 of a-z A-Z 0-9 . _ -, the first a letter or digit.</summary>
public readonly record struct SnapshotKey
{
    private readonly string? _text;

    /// <exception cref="FaultException">InvalidArgument: not usable as a key.</exception>
    public SnapshotKey(string text)
    {
        bool valid = text is { Length: >= 1 and <= 200 } && char.IsAsciiLetterOrDigit(text[0]);
        foreach (char c in valid ? text : "") valid &= char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
        if (!valid)
            throw new FaultException(FaultKind.InvalidArgument,
                $"invalid snapshot key '{text}': expected 1 to 200 letters, digits, '.', '_' or '-', the first a letter or digit");
        _text = text;
    }

    public override string ToString() => _text ?? throw new InvalidOperationException("default(SnapshotKey) is no key");
}
