using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>"sha256:" + 64 lowercase hex digits. image-spec v1.1, descriptor.md § Digests.</summary>
[JsonConverter(typeof(DigestJsonConverter))]
public readonly record struct Digest
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private readonly string? _text;

    private Digest(string text) => _text = text;

    /// <summary>The 64 hex digits, as used for blob file names.</summary>
    public string Hex => ToString()[Prefix.Length..];

    public override string ToString() => _text ?? throw new InvalidOperationException("default(Digest) is no digest");

    /// <exception cref="FormatException">Not a sha256 digest.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest) ? digest
        : throw new FormatException($"invalid digest '{text}': expected sha256: and 64 lowercase hex digits");

    public static bool TryParse(string? text, out Digest digest)
    {
        bool valid = text is { Length: 71 } && text.StartsWith(Prefix, StringComparison.Ordinal)
            && !text.AsSpan(Prefix.Length).ContainsAnyExcept(LowerHex);
        digest = valid ? new Digest(text!) : default;
        return valid;
    }

    public static Digest FromHash(ReadOnlySpan<byte> sha256) => new(Prefix + Convert.ToHexStringLower(sha256));

    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));
}
