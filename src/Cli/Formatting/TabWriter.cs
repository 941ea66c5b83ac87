using System.Text;

namespace Sampan.Cli.Formatting;

/// <summary>Aligns tab-separated cells as docker's tables are: a cell is at least 10 wide and 3 blanks from the next;
/// the last cell of a line is in no column. https://pkg.go.dev/text/tabwriter</summary>
internal static class TabWriter
{
    private const int LeastWidth = 10, Padding = 3;

    public static string Align(string text, int leastWidth = LeastWidth, int padding = Padding)
    {
        bool endsLine = text.EndsWith('\n');
        var lines = (endsLine ? text[..^1] : text).Split('\n').Select(line => line.Split('\t')).ToList();
        var widths = lines.Select(line => new int[line.Length]).ToList();
        int most = lines.Max(line => line.Length);
        for (int column = 0; column < most; column++)
        {
            // A column is a run of neighbouring lines that have a cell ended by a tab there.
            for (int start = 0; start < lines.Count; start++)
            {
                int end = start, width = 0;
                for (; end < lines.Count && lines[end].Length > column + 1; end++) width = Math.Max(width, Width(lines[end][column]) + padding);
                // A column of empty cells takes no room at all.
                if (width == padding && Enumerable.Range(start, end - start).All(i => lines[i][column].Length == 0)) width = 0;
                else width = Math.Max(width, leastWidth);
                for (int i = start; i < end; i++) widths[i][column] = width;
                if (end > start) start = end - 1;
            }
        }
        var aligned = new StringBuilder(text.Length * 2);
        for (int i = 0; i < lines.Count; i++)
        {
            for (int column = 0; column < lines[i].Length; column++)
            {
                string cell = lines[i][column];
                aligned.Append(cell);
                if (column < lines[i].Length - 1) aligned.Append(' ', Math.Max(0, widths[i][column] - Width(cell)));
            }
            if (i < lines.Count - 1 || endsLine) aligned.Append('\n');
        }
        return aligned.ToString();
    }

    /// <summary>Code points, which is what Go counts.</summary>
    private static int Width(string cell)
    {
        int width = 0;
        foreach (Rune _ in cell.EnumerateRunes()) width++;
        return width;
    }
}
