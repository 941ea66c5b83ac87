using System.Text;

namespace Sampan.Specs.Oci.Image;

/// <summary>Identity of a stack of layers, bottom to top: the first layer's diffID, then sha256("parent diffID") for each further one.
/// image-spec v1.1, config.md § Layer ChainID.</summary>
public readonly record struct ChainId
{
    private readonly Digest _digest;

    private ChainId(Digest digest) => _digest = digest;

    /// <summary>The 64 hex digits, as used for file names.</summary>
    public string Hex => _digest.Hex;

    public override string ToString() => _digest.ToString();

    /// <exception cref="FormatException">Not a sha256 digest.</exception>
    public static ChainId Parse(string text) => new(Digest.Parse(text));

    public static bool TryParse(string? text, out ChainId chain)
    {
        bool valid = Digest.TryParse(text, out var digest);
        chain = valid ? new ChainId(digest) : default;
        return valid;
    }

    /// <summary>The chain of <paramref name="parent"/> with one more layer on top; null is the empty stack.</summary>
    public static ChainId Of(ChainId? parent, Digest diffId) => parent is { } below
        ? new ChainId(Digest.Of(Encoding.ASCII.GetBytes($"{below} {diffId}")))
        : new ChainId(diffId);

    /// <summary>One chain per layer: the last is the whole stack's identity.</summary>
    public static IEnumerable<ChainId> Stack(IEnumerable<Digest> diffIds)
    {
        ChainId? parent = null;
        foreach (var diffId in diffIds)
        {
            var chain = Of(parent, diffId);
            yield return chain;
            parent = chain;
        }
    }
}
