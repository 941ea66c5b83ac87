using System.Text;

namespace Sampan.Hello;

/// <summary>Two columns: a name and what was found.</summary>
internal sealed class Page(Stream output)
{
    private const int NameWidth = 14;

    public void Title(string text) => Write($"\n{text}\n\n");

    public void Text(string text) => Write($"\n{text}\n\n");

    /// <summary>Further lines of the value stand below the first.</summary>
    public void Row(string name, string value) =>
        Write($"  {name.PadRight(NameWidth)}{value.Replace("\n", "\n" + new string(' ', NameWidth + 2), StringComparison.Ordinal)}\n");

    private void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
