namespace Sampan.Images;

/// <summary>Shell patterns as Go's path.Match has them: '*' and '?' do not match '/', [a-z] and [^a] are sets, '\' escapes.</summary>
internal static class ReferencePattern
{
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // Greedy with one point to come back to: linear but for the last star.
        int p = 0, t = 0, star = -1, starText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, starText) = (p++, t);
            }
            else if (p < pattern.Length && MatchesOne(pattern[p..], text[t], out int taken))
            {
                p += taken;
                t++;
            }
            else if (star >= 0 && text[starText] != '/')
            {
                p = star + 1;
                t = ++starText;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, char c, out int taken)
    {
        taken = 1;
        switch (pattern[0])
        {
            case '?':
                return c != '/';
            case '\\' when pattern.Length > 1:
                taken = 2;
                return pattern[1] == c;
            case '[' when pattern.IndexOf(']') is > 1 and var end:
                taken = end + 1;
                var set = pattern[1..end];
                bool inverted = set[0] == '^';
                return InSet(inverted ? set[1..] : set, c) != inverted;
            default:
                return pattern[0] == c;
        }
    }

    private static bool InSet(ReadOnlySpan<char> set, char c)
    {
        for (int i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                if (c >= set[i] && c <= set[i + 2]) return true;
                i += 2;
            }
            else if (set[i] == c)
            {
                return true;
            }
        }
        return false;
    }
}
