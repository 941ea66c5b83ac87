using System.Globalization;
using System.Net;

namespace Sampan.Hello;

/// <summary>Interfaces and addresses from /proc/net and /sys, without asking a resolver.</summary>
internal static class Networks
{
    public static string Describe()
    {
        var interfaces = Interfaces();
        if (interfaces.Count == 0) return "none is visible";
        string gateway = Gateway() is { } address ? $"\ngateway {address}" : "";
        return string.Join(", ", interfaces) + (Addresses() is { Count: > 0 } addresses ? "\naddresses " + string.Join(", ", addresses) : "") + gateway;
    }

    // "  eth0: 1234 …" below two lines of header
    private static List<string> Interfaces() =>
        [.. (ProcFile.Read("/proc/net/dev") ?? "").Split('\n').Skip(2).Select(line => line.Split(':')[0].Trim()).Where(name => name.Length > 0)];

    /// <summary>Local IPv4 addresses: host routes of the kernel's trie are printed as "32 host LOCAL" below their address.</summary>
    private static List<string> Addresses()
    {
        var addresses = new List<string>();
        string last = "";
        foreach (string line in (ProcFile.Read("/proc/net/fib_trie") ?? "").Split('\n'))
        {
            int mark = line.IndexOf("|-- ", StringComparison.Ordinal);
            if (mark >= 0) last = line[(mark + 4)..];
            else if (line.Contains("/32 host LOCAL", StringComparison.Ordinal) && !last.StartsWith("127.", StringComparison.Ordinal) && !addresses.Contains(last)) addresses.Add(last);
        }
        return addresses;
    }

    // eth0 00000000 010011AC 0003 …: destination and gateway as hexadecimal in the machine's byte order
    private static IPAddress? Gateway()
    {
        foreach (string line in (ProcFile.Read("/proc/net/route") ?? "").Split('\n').Skip(1))
        {
            string[] words = line.Split('\t');
            if (words.Length > 2 && words[1] == "00000000" && uint.TryParse(words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint address))
                return new IPAddress(address);
        }
        return null;
    }
}
