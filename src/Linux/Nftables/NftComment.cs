using System.Text;

namespace Sampan.Linux.Nftables;

/// <summary>nft's comments on rules: userdata of type 0 (NFTNL_UDATA_RULE_COMMENT), length, text, zero.</summary>
internal static class NftComment
{
    private const int MaximumLength = 128;

    public static byte[] Encode(string comment)
    {
        byte[] text = Encoding.UTF8.GetBytes(comment);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, MaximumLength, nameof(comment));
        return [0, (byte)(text.Length + 1), .. text, 0];
    }

    public static string? Decode(ReadOnlySpan<byte> userdata)
        => userdata.Length >= 3 && userdata[0] == 0 && userdata[1] >= 1 && userdata.Length >= 2 + userdata[1]
            ? Encoding.UTF8.GetString(userdata.Slice(2, userdata[1] - 1)) : null;
}
