namespace Sampan.Cli.Tests;

/// <summary>Files recorded from the stock docker CLI 28.2: what it accepts, says and sends.</summary>
internal static class Golden
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public static IEnumerable<string> Names(string folder, string extension) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), "*" + extension).Select(Path.GetFileNameWithoutExtension).Order()!;

    /// <summary>Words as a shell would make them of a line; quotes only, no expansion.</summary>
    public static string[] Words(string line)
    {
        var words = new List<string>();
        string? word = null;
        char quote = '\0';
        foreach (char c in line)
        {
            if (quote != '\0' && c == quote) quote = '\0';
            else if (quote == '\0' && c is '\'' or '"') (quote, word) = (c, word ?? "");
            else if (quote == '\0' && c == ' ')
            {
                if (word is not null) words.Add(word);
                word = null;
            }
            else word += c;
        }
        if (word is not null) words.Add(word);
        return [.. words];
    }
}
