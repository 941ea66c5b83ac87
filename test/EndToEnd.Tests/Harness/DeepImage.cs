using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>An archive for `docker load` of busybox and many small layers on it: layer n brings /layers/n, and /last with its number.</summary>
public static class DeepImage
{
    public static void Write(string path, string name, int layers)
    {
        using var archive = new TarWriter(File.Create(path), TarEntryFormat.Pax);
        List<string> files = [], diffIds = [];
        for (int i = 0; i < layers; i++)
        {
            byte[] tar = i == 0 ? File.ReadAllBytes(Path.Combine(Repository.Fixtures, "busybox.tar")) : Tar(("layers/", null), ($"layers/{i}", ""), ("last", $"{i}\n"));
            files.Add($"{i}.tar");
            diffIds.Add("sha256:" + Convert.ToHexStringLower(SHA256.HashData(tar)));
            Add(archive, files[^1], tar);
        }
        Add(archive, "config.json", Json(new JsonObject
        {
            ["architecture"] = "amd64", ["os"] = "linux", ["config"] = new JsonObject { ["Env"] = new JsonArray("PATH=/bin") },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Strings(diffIds) },
        }));
        Add(archive, "manifest.json", Json(new JsonArray(new JsonObject { ["Config"] = "config.json", ["RepoTags"] = new JsonArray(name), ["Layers"] = Strings(files) })));
    }

    private static byte[] Tar(params (string Name, string? Content)[] entries)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach ((string name, string? content) in entries)
            {
                if (content is null) writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, name));
                else Add(writer, name, Encoding.UTF8.GetBytes(content));
            }
        }
        return tar.ToArray();
    }

    private static void Add(TarWriter writer, string name, byte[] content) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)0x1A4 });

    private static byte[] Json(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
