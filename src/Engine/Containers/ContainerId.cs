using System.Security.Cryptography;

namespace Sampan.Engine.Containers;

/// <summary>64 lowercase hex digits, chosen at random. The first 12 name the sockets and the default hostname.</summary>
internal static class ContainerId
{
    public static string Create()
    {
        Span<byte> random = stackalloc byte[32];
        // A short id that reads as a decimal number would be a bad hostname: tools take it for a number.
        string id;
        do
        {
            RandomNumberGenerator.Fill(random);
            id = Convert.ToHexStringLower(random);
        }
        while (!id.AsSpan(0, 12).ContainsAnyInRange('a', 'f'));
        return id;
    }

    public static string Short(string id) => id[..12];
}
