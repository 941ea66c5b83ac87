using System.Text;
using System.Text.Json;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Splits the arguments of a Dockerfile instruction: words with quotes and backslashes, name=value pairs, JSON arrays.</summary>
internal static class InstructionWords
{
    /// <summary>Quotes and the backslashes that protect are taken off.</summary>
    internal static List<string> Split(string text)
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
            else if (c == '\\' && quote != '\'' && i + 1 < text.Length) word.Append(text[++i]);
            else word.Append(c);
        }
        if (quote != '\0') throw ConfigChanges.Invalid($"unexpected end of statement while looking for matching {quote}");
        if (word is not null) words.Add(word.ToString());
        return words;
    }

    /// <summary>a=1 b="2 3"; or, the old form, one name and the rest of the line.</summary>
    internal static IEnumerable<(string Name, string Value)> Pairs(string instruction, string text)
    {
        var words = Split(text);
        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            return space > 0 ? [(words[0], text[space..].Trim())] : throw ConfigChanges.Invalid($"{instruction} must have two arguments");
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
