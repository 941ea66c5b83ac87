using System.Security.Cryptography;
using Sampan.Faults;

namespace Sampan.Volumes;

/// <summary>Docker's rule for names of volumes: two or more of [a-zA-Z0-9_.-], the first one a letter or digit.</summary>
public static class VolumeName
{
    /// <exception cref="FaultException">InvalidArgument with docker's text.</exception>
    public static void Check(string name)
    {
        if (name.Length == 1)
            throw new FaultException(FaultKind.InvalidArgument, $"create {name}: volume name is too short, names should be at least two alphanumeric characters");
        if (!IsValid(name))
            throw new FaultException(FaultKind.InvalidArgument, $"create {name}: \"{name}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
    }

    public static bool IsValid(string name)
    {
        // 255: the name is a directory entry.
        if (name.Length is < 2 or > 255 || !char.IsAsciiLetterOrDigit(name[0])) return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) return false;
        return true;
    }

    /// <summary>64 hex digits, for a volume without a name.</summary>
    public static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
