using System.Text;
using System.Text.Json;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Splits the arguments of a Dockerfile instruction: words with quotes and backslashes, name=value pairs, JSON arrays.</summary>
internal static class InstructionWords
{
    /// <summary>Quotes and the backslashes that protect are taken off; $NAME, ${NAME}, ${NAME:-else} and ${NAME:+then} are replaced, but within single quotes.
    /// Dockerfile reference, § Environment replacement.</summary>
    /// <param name="environment">NAME=value; what is not there is empty.</param>
    internal static List<string> Split(string text, IReadOnlyList<string>? environment = null)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }
            word ??= new StringBuilder();
            if (c == quote) quote = '\0';
            else if (quote == '\0' && c is ('"' or '\'')) quote = c;
            else if (c == '$' && quote != '\'') word.Append(Variable(text, ref i, environment ?? []));
            else if (c == '\\' && quote != '\'' && i + 1 < text.Length) word.Append(text[++i]);
            else word.Append(c);
        }
        if (quote != '\0') throw ConfigChanges.Invalid($"unexpected end of statement while looking for matching {quote}");
        if (word is not null) words.Add(word.ToString());
        return words;
    }

    /// <param name="at">At the dollar; afterwards at the variable's last character.</param>
    private static string Variable(string text, ref int at, IReadOnlyList<string> environment)
    {
        bool braced = at + 1 < text.Length && text[at + 1] == '{';
        int start = at + (braced ? 2 : 1), end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
        if (end == start && !braced) return "$";
        string name = text[start..end];
        string? value = environment.LastOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        at = end - 1;
        if (!braced) return value ?? "";
        int close = text.IndexOf('}', end);
        if (close < 0 || name.Length == 0) throw ConfigChanges.Invalid($"failed to process \"{text}\": syntax error: bad substitution");
        string modifier = text[end..close];
        at = close;
        bool set = !string.IsNullOrEmpty(value);
        if (modifier.Length == 0) return value ?? "";
        if (modifier.StartsWith(":-", StringComparison.Ordinal)) return set ? value! : modifier[2..];
        if (modifier.StartsWith(":+", StringComparison.Ordinal)) return set ? modifier[2..] : "";
        throw ConfigChanges.Invalid($"failed to process \"{text}\": unsupported modifier ({modifier}) in substitution");
    }

    /// <summary>a=1 b="2 3"; or, the old form, one name and the rest of the line.</summary>
    internal static IEnumerable<(string Name, string Value)> Pairs(string instruction, string text, IReadOnlyList<string>? environment)
    {
        var words = Split(text, environment);
        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            return space > 0 ? [(words[0], string.Join(' ', words.Skip(1)))] : throw ConfigChanges.Invalid($"{instruction} must have two arguments");
        }
        return words.Select(word => word.IndexOf('=', StringComparison.Ordinal) switch
        {
            > 0 and var equals => (word[..equals], word[(equals + 1)..]),
            0 => throw ConfigChanges.Invalid($"{instruction} names can not be blank"),
            _ => throw ConfigChanges.Invalid($"Syntax error - can't find = in \"{word}\". Must be of the form: name=value"),
        });
    }

    /// <summary>Null when it is no JSON array of strings.</summary>
    internal static IReadOnlyList<string>? JsonArray(string text)
    {
        if (text is not ['[', ..]) return null;
        try
        {
            return JsonSerializer.Deserialize(text, OciImageJson.Default.IReadOnlyListString);
        }
        catch (JsonException)
        {
            return null;   // Docker takes it for shell form then
        }
    }
}
