using System.Text;

namespace Sampan.Cli.Containers.Creation;

/// <summary>One line of comma-separated fields; a field in double quotes may contain commas. RFC 4180.</summary>
internal static class CsvRecord
{
    /// <exception cref="FormatException">A quote that is not closed or stands inside a field.</exception>
    public static List<string> Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (int i = 0; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == '"')
            {
                if (field.Length > 0) throw new FormatException($"parse error on line 1, column {i + 1}: bare \" in non-quoted field");
                for (i++; ; i++)
                {
                    if (i >= line.Length) throw new FormatException($"parse error on line 1, column {i + 1}: extraneous or missing \" in quoted-field");
                    if (line[i] != '"') field.Append(line[i]);
                    else if (i + 1 < line.Length && line[i + 1] == '"') field.Append(line[i++]);
                    else break;
                }
                continue;
            }
            if (i == line.Length || line[i] == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
                continue;
            }
            field.Append(line[i]);
        }
        return fields;
    }
}
