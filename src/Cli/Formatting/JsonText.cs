namespace Sampan.Cli.Formatting;

/// <summary>Lays JSON out again without reading it: members, order and escapes stay as the engine wrote them.</summary>
internal static class JsonText
{
    private const int Step = 4;

    public static byte[] Indent(ReadOnlySpan<byte> json)
    {
        var output = new List<byte>(json.Length * 2);
        int depth = 0;
        for (int i = 0; i < json.Length; i++)
        {
            byte c = json[i];
            switch (c)
            {
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t': break;
                case (byte)'"':
                    int end = EndOfString(json, i);
                    output.AddRange(json[i..end]);
                    i = end - 1;
                    break;
                case (byte)'{' or (byte)'[':
                    output.Add(c);
                    int next = NextToken(json, i + 1);
                    if (next < json.Length && json[next] is (byte)'}' or (byte)']')
                    {
                        output.Add(json[next]);
                        i = next;
                        break;
                    }
                    NewLine(output, ++depth);
                    break;
                case (byte)'}' or (byte)']':
                    NewLine(output, --depth);
                    output.Add(c);
                    break;
                case (byte)',':
                    output.Add(c);
                    NewLine(output, depth);
                    break;
                case (byte)':':
                    output.AddRange(": "u8);
                    break;
                default:
                    output.Add(c);
                    break;
            }
        }
        return [.. output];
    }

    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var output = new List<byte>(json.Length);
        for (int i = 0; i < json.Length; i++)
        {
            if (json[i] == '"')
            {
                int end = EndOfString(json, i);
                output.AddRange(json[i..end]);
                i = end - 1;
            }
            else if (json[i] is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                output.Add(json[i]);
            }
        }
        return [.. output];
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int start)
    {
        for (int i = start + 1; i < json.Length; i++)
        {
            if (json[i] == '\\') i++;
            else if (json[i] == '"') return i + 1;
        }
        return json.Length;
    }

    private static int NextToken(ReadOnlySpan<byte> json, int from)
    {
        while (from < json.Length && json[from] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') from++;
        return from;
    }

    private static void NewLine(List<byte> output, int depth)
    {
        output.Add((byte)'\n');
        for (int i = 0; i < depth * Step; i++) output.Add((byte)' ');
    }
}
