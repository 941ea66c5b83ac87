using System.Text;
using Sampan.Cli.Formatting;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

/// <summary>`images --tree`: below each image the manifests of its index, those that are not here too.</summary>
internal static class ImageTree
{
    private const string Gap = "   ", InUse = "U";
    private const int Least = 12, IdWidth = 12, UsageWidth = 10, ContentWidth = 12;

    private sealed record Line(string Name, string Id, string Usage, string Content, bool Used);

    /// <param name="width">Columns there are.</param>
    public static string Render(IReadOnlyList<ImageSummary> images, int width)
    {
        List<List<Line>> blocks = [.. images.OrderByDescending(image => image.Created).Select(BlockOf)];
        var lines = blocks.SelectMany(block => block).ToList();
        bool used = lines.Exists(line => line.Used);
        int rest = Gap.Length * 4 + IdWidth + UsageWidth + ContentWidth + "EXTRA".Length;
        int nameWidth = Math.Min(Math.Max(Least, width - rest), lines.Select(line => line.Name.Length).Append("IMAGE".Length).Max());
        var text = new StringBuilder(new string(' ', Math.Max(0, width - " Info ->  U In Use ".Length))).Append(" Info ->  U In Use \n\n");
        Write(text, new Line("IMAGE", "ID", "DISK USAGE", "CONTENT SIZE", false), nameWidth, "EXTRA");
        foreach (var block in blocks)
        {
            foreach (var line in block) Write(text, line, nameWidth, line.Used ? InUse : used ? " " : "");
            text.Append('\n');
        }
        return text.ToString();
    }

    private static List<Line> BlockOf(ImageSummary image)
    {
        var manifests = image.Manifests ?? [];
        var children = manifests.Select((manifest, i) => new Line((i == manifests.Count - 1 ? "└─ " : "├─ ") + NameOf(manifest), Human.ShortId(manifest.Id),
            Human.Size(manifest.Size.Total, 3), Human.Size(manifest.Size.Content, 3), manifest.ImageData?.Containers.Count > 0)).ToList();
        bool used = image.Containers > 0 || children.Exists(child => child.Used);
        var names = image.RepoTags.Count == 0 ? ["<untagged>"] : image.RepoTags.OrderByDescending(name => name.Length).ToList();
        // Only the last of several names stands beside the numbers.
        var above = names.SkipLast(1).Select(name => new Line(name, "", "", "", false));
        return [.. above, new Line(names[^1], Human.ShortId(image.Id), Human.Size(image.Size, 3), Human.Size(manifests.Sum(manifest => manifest.Size.Content), 3), used), .. children];
    }

    private static string NameOf(ManifestSummary manifest) => manifest.Kind switch
    {
        "image" when manifest.ImageData is { Platform: var platform } => platform.Variant is { Length: > 0 } variant ? $"{platform.Os}/{platform.Architecture}/{variant}" : $"{platform.Os}/{platform.Architecture}",
        "attestation" => $"attestation of {Human.ShortId(manifest.AttestationData?.For ?? "")}",
        _ => manifest.Descriptor.MediaType,
    };

    private static void Write(StringBuilder text, Line line, int nameWidth, string extra)
    {
        string name = line.Name.Length <= nameWidth || line.Id.Length == 0 ? line.Name.PadRight(nameWidth) : line.Name[..(nameWidth - 1)] + "…";
        text.Append(name);
        if (line.Id.Length > 0) text.Append(Gap).Append(line.Id.PadRight(IdWidth)).Append(Gap).Append(line.Usage.PadLeft(UsageWidth)).Append(Gap).Append(line.Content.PadLeft(ContentWidth)).Append(Gap).Append(extra);
        text.Append('\n');
    }
}
