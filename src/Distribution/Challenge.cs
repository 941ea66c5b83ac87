using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;

namespace Sampan.Distribution;

/// <summary>One WWW-Authenticate challenge. RFC 9110 § 11.6.1; parameters of Bearer: distribution's docs/spec/auth/token.md.</summary>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    internal bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    internal bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    /// <summary>"" when it is not there.</summary>
    internal string this[string parameter] => Parameters.GetValueOrDefault(parameter, "");

    /// <summary>All of an answer: of several header lines, and several in one line. Read from the raw text, for registries exist that leave the quotes out.</summary>
    internal static IReadOnlyList<Challenge> Of(HttpResponseMessage response)
    {
        var all = new List<Challenge>();
        if (!response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues lines)) return all;
        foreach (string line in lines) all.AddRange(Parse(line));
        return all;
    }

    // Bearer realm="https://auth.example/token",service="registry.example",scope="repository:app:pull", Basic realm=x
    internal static IReadOnlyList<Challenge> Parse(string line)
    {
        var all = new List<Challenge>();
        Dictionary<string, string>? parameters = null;
        for (ReadOnlySpan<char> rest = line.AsSpan().TrimStart(", \t"); !rest.IsEmpty; rest = rest.TrimStart(", \t"))
        {
            int end = rest.IndexOfAny(" \t,=");
            string word = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? [] : rest[end..].TrimStart();
            if (rest is not ['=', ..] || parameters is null)
            {
                if (rest is ['=', ..]) rest = rest[1..];   // a parameter of nothing
                else all.Add(new Challenge(word, parameters = new(StringComparer.OrdinalIgnoreCase)));
                continue;
            }
            rest = rest[1..].TrimStart();
            parameters.TryAdd(word, rest is ['"', ..] ? ReadQuoted(ref rest) : ReadToken(ref rest));
        }
        return all;
    }

    private static string ReadToken(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOfAny(" \t,");
        string value = (end < 0 ? rest : rest[..end]).ToString();
        rest = end < 0 ? [] : rest[end..];
        return value;
    }

    private static string ReadQuoted(ref ReadOnlySpan<char> rest)
    {
        var value = new StringBuilder();
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
