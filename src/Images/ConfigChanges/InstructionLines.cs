using System.Text;

namespace Sampan.Images;

/// <summary>The instructions in changes, one each: a change may have several lines; a backslash at the end of a line goes on with the next; lines that are empty, or begin with #, are none.
/// Dockerfile reference, § Format.</summary>
internal static class InstructionLines
{
    internal static IReadOnlyList<string> Of(IReadOnlyList<string> changes)
    {
        var instructions = new List<string>();
        var line = new StringBuilder();
        foreach (string part in string.Join('\n', changes).Split('\n'))
        {
            string text = part.Trim();
            if (text.Length == 0 || text[0] == '#') continue;
            if (text[^1] == '\\')
            {
                line.Append(text, 0, text.Length - 1);
                continue;
            }
            instructions.Add(line.Append(text).ToString().Trim());
            line.Clear();
        }
        if (line.Length > 0) instructions.Add(line.ToString().Trim());
        return instructions;
    }
}
