using System.Text;
using System.Text.Json;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

/// <summary>What is to be said after a push, in docker's words.</summary>
internal sealed class PushNotes
{
    private const string Header = " Info -> ";
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public void Read(JsonElement aux)
    {
        if (!aux.TryGetProperty("manifestPushedInsteadOfIndex", out _) || aux.Deserialize(DockerJson.Wire.PushedInsteadOfIndex) is not { } pushed) return;
        _text.Append(Note("Not all multiplatform-content is present and only the available single-platform image was pushed\n"
            + $"{pushed.OriginalIndex.Digest} -> {pushed.SelectedManifest.Digest}"));
    }

    /// <summary>The lines below each other, after one that is empty.</summary>
    public static string Note(string text) => "\n" + Header + text.Replace("\n", "\n" + new string(' ', Header.Length), StringComparison.Ordinal) + "\n";
}
