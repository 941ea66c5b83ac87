namespace Sampan.Distribution;

/// <summary>One WWW-Authenticate challenge. RFC 9110 § 11.6.1; parameters of Bearer: distribution's docs/spec/auth/token.md.</summary>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    internal bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    internal bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    // Bearer realm="https://auth.example/token",service="registry.example",scope="repository:app:pull"
    internal static Challenge Parse(string scheme, string? parameters)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = parameters;
        while (rest.IndexOf('=') is >= 0 and var equals)
        {
            string name = rest[..equals].Trim(", \t").ToString();
            rest = rest[(equals + 1)..].TrimStart();
            string value;
            if (rest is ['"', ..])
            {
                value = ReadQuoted(ref rest);
            }
            else
            {
                int end = rest.IndexOf(',');
                value = (end < 0 ? rest : rest[..end]).Trim().ToString();
                rest = end < 0 ? [] : rest[end..];
            }
            found.TryAdd(name, value);
        }
        return new Challenge(scheme, found);
    }

    private static string ReadQuoted(ref ReadOnlySpan<char> rest)
    {
        var value = new System.Text.StringBuilder();
        int at = 1;
        for (; at < rest.Length && rest[at] != '"'; at++)
        {
            if (rest[at] == '\\' && at + 1 < rest.Length) at++;
            value.Append(rest[at]);
        }
        rest = at < rest.Length ? rest[(at + 1)..] : [];
        return value.ToString();
    }
}
