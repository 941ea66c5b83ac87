using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests.Harness;

/// <summary>An image, or an index of images, made by hand for a test.</summary>
public sealed record MadeImage(string MediaType, byte[] Manifest, IReadOnlyList<byte[]> Blobs, IReadOnlyList<MadeManifest> Children)
{
    public Digest Digest => Digest.Of(Manifest);

    public Digest ConfigDigest => Digest.Parse(JsonNode.Parse(Manifest)!["config"]!["digest"]!.GetValue<string>());

    public IReadOnlyList<Digest> LayerDigests => [.. JsonNode.Parse(Manifest)!["layers"]!.AsArray().Select(layer => Digest.Parse(layer!["digest"]!.GetValue<string>()))];

    /// <summary>One gzipped layer per folder of files given; names ending in '/' are directories.</summary>
    public static MadeImage Of(IReadOnlyList<IReadOnlyDictionary<string, string>> layers, bool docker = false, string platform = "linux/amd64", string? label = null)
    {
        byte[][] tars = [.. layers.Select(TarOf)];
        return Of([.. tars.Select(Gzip)], [.. tars.Select(tar => Digest.Of(tar))], docker, platform, label);
    }

    public static MadeImage Of(IReadOnlyList<byte[]> blobs, IReadOnlyList<Digest> diffIds, bool docker = false, string platform = "linux/amd64", string? label = null)
    {
        string[] parts = platform.Split('/');
        var config = new JsonObject
        {
            ["created"] = "2024-05-06T07:08:09.123456789Z",
            ["architecture"] = parts[1],
            ["os"] = parts[0],
            ["config"] = new JsonObject { ["Cmd"] = new JsonArray("/bin/sh"), ["Labels"] = label is null ? null : new JsonObject { ["test"] = label } },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. diffIds.Select(id => JsonValue.Create(id.ToString()))]) },
            ["history"] = new JsonArray([.. diffIds.Select(id => new JsonObject { ["created_by"] = "made " + id.Hex[..6] })]),
        };
        if (parts.Length > 2) config["variant"] = parts[2];
        byte[] configBytes = Encoding.UTF8.GetBytes(config.ToJsonString());
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest,
            ["config"] = Descriptor(docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig, configBytes),
            ["layers"] = new JsonArray([.. blobs.Select(blob => Descriptor(docker ? MediaTypes.DockerLayerGzip : MediaTypes.OciLayerGzip, blob))]),
        };
        return new MadeImage(docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest, Encoding.UTF8.GetBytes(manifest.ToJsonString()), [configBytes, .. blobs], []);
    }

    public static MadeImage Index(bool docker, params (string Platform, MadeImage Image)[] images)
    {
        string type = docker ? MediaTypes.DockerManifestList : MediaTypes.OciIndex;
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = type,
            ["manifests"] = new JsonArray([.. images.Select(image =>
            {
                var descriptor = Descriptor(image.Image.MediaType, image.Image.Manifest);
                string[] parts = image.Platform.Split('/');
                descriptor["platform"] = new JsonObject { ["architecture"] = parts[1], ["os"] = parts[0], ["variant"] = parts.Length > 2 ? parts[2] : null };
                return descriptor;
            })]),
        };
        return new MadeImage(type, Encoding.UTF8.GetBytes(index.ToJsonString()), [.. images.SelectMany(image => image.Image.Blobs)],
            [.. images.Select(image => new MadeManifest(image.Image.MediaType, image.Image.Manifest))]);
    }

    /// <summary>The index with one more entry: what an attestation or an artifact is in it.</summary>
    public MadeImage With(MadeImage child, IReadOnlyDictionary<string, string> annotations, bool unknownPlatform = true)
    {
        var index = JsonNode.Parse(Manifest)!.AsObject();
        var descriptor = Descriptor(child.MediaType, child.Manifest);
        if (unknownPlatform) descriptor["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        descriptor["annotations"] = new JsonObject(annotations.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));
        index["manifests"]!.AsArray().Add(descriptor);
        return this with
        {
            Manifest = Encoding.UTF8.GetBytes(index.ToJsonString()),
            Blobs = [.. Blobs, .. child.Blobs],
            Children = [.. Children, .. child.Children, new MadeManifest(child.MediaType, child.Manifest)],
        };
    }

    /// <summary>The index with its entries' platforms left out.</summary>
    public MadeImage WithoutPlatforms()
    {
        var index = JsonNode.Parse(Manifest)!.AsObject();
        foreach (var entry in index["manifests"]!.AsArray()) entry!.AsObject().Remove("platform");
        return this with { Manifest = Encoding.UTF8.GetBytes(index.ToJsonString()) };
    }

    /// <summary>What is no image: a chart, a signature; in the index or about <paramref name="subject"/>.</summary>
    public static MadeImage Artifact(string configType, string config, string layerType, string layer, MadeImage? subject = null, string? artifactType = null)
    {
        byte[] configBytes = Encoding.UTF8.GetBytes(config), layerBytes = Encoding.UTF8.GetBytes(layer);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["config"] = Descriptor(configType, configBytes),
            ["layers"] = new JsonArray(Descriptor(layerType, layerBytes)),
        };
        if (artifactType is not null) manifest["artifactType"] = artifactType;
        if (subject is not null) manifest["subject"] = Descriptor(subject.MediaType, subject.Manifest);
        return new MadeImage(MediaTypes.OciManifest, Encoding.UTF8.GetBytes(manifest.ToJsonString()), [configBytes, layerBytes], []);
    }

    /// <summary>Debian's static busybox with a shell, in one layer.</summary>
    public static MadeImage Busybox(bool docker = false)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "bin/"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = (UnixFileMode)0b111_101_101, DataStream = File.OpenRead("/bin/busybox"), ModificationTime = DateTimeOffset.UnixEpoch });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/sh") { LinkName = "busybox" });
        }
        byte[] bytes = tar.ToArray();
        return Of([Gzip(bytes)], [Digest.Of(bytes)], docker);
    }

    /// <summary>Writes it as an OCI image layout under the name "latest", for skopeo to read.</summary>
    public void WriteLayout(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        foreach (byte[] blob in Blobs.Append(Manifest).Concat(Children.Select(child => child.Content))) File.WriteAllBytes(Path.Combine(folder, "blobs", "sha256", Digest.Of(blob).Hex), blob);
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        var descriptor = Descriptor(MediaType, Manifest);
        descriptor["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" };
        File.WriteAllText(Path.Combine(folder, "index.json"), new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(descriptor) }.ToJsonString());
    }

    public static byte[] TarOf(IReadOnlyDictionary<string, string> files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                writer.WriteEntry(name.EndsWith('/')
                    ? new PaxTarEntry(TarEntryType.Directory, name) { ModificationTime = DateTimeOffset.UnixEpoch }
                    : new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), ModificationTime = DateTimeOffset.UnixEpoch });
            }
        }
        return tar.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(content);
        return compressed.ToArray();
    }

    /// <summary>Text that does not compress away, the same every time.</summary>
    public static string Noise(int length, int seed = 1)
    {
        var random = new Random(seed);
        return string.Create(length, random, (chars, r) =>
        {
            foreach (ref char c in chars) c = (char)('!' + r.Next(90));
        });
    }

    private static JsonObject Descriptor(string mediaType, byte[] content) =>
        new() { ["mediaType"] = mediaType, ["digest"] = Digest.Of(content).ToString(), ["size"] = content.Length };
}

public sealed record MadeManifest(string MediaType, byte[] Content)
{
    public Digest Digest => Digest.Of(Content);
}
