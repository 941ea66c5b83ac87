using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>An OCI layout whose index has the busybox of the fixtures for amd64, the same files said to be for arm64, and an attestation of the first.</summary>
internal static class MultiPlatform
{
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json", Index = "application/vnd.oci.image.index.v1+json", Config = "application/vnd.oci.image.config.v1+json";

    /// <returns>Digest of the index.</returns>
    public static string Write(string folder)
    {
        string blobs = Path.Combine(folder, "blobs", "sha256"), fixture = Path.Combine(Repository.Fixtures, "busybox.oci");
        Directory.CreateDirectory(blobs);
        foreach (string blob in Directory.EnumerateFiles(Path.Combine(fixture, "blobs", "sha256"))) File.Copy(blob, Path.Combine(blobs, Path.GetFileName(blob)), overwrite: true);
        JsonNode Read(JsonNode descriptor) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(blobs, descriptor["digest"]!.GetValue<string>()["sha256:".Length..])))!;

        JsonObject amd = JsonNode.Parse(File.ReadAllBytes(Path.Combine(fixture, "index.json")))!["manifests"]![0]!.AsObject();
        JsonNode manifest = Read(amd), config = Read(manifest["config"]!);
        config["architecture"] = "arm64";
        manifest["config"] = Store(Config, config);
        JsonObject arm = Store(Manifest, manifest);
        var statement = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Manifest,
            ["config"] = Store(Config, JsonNode.Parse("""{"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[]}}""")!),
            ["layers"] = new JsonArray(Store("application/vnd.in-toto+json", JsonNode.Parse("""{"_type":"https://in-toto.io/Statement/v0.1"}""")!)),
        };
        JsonObject attestation = Store(Manifest, statement);
        attestation["annotations"] = new JsonObject { ["vnd.docker.reference.type"] = "attestation-manifest", ["vnd.docker.reference.digest"] = amd["digest"]!.GetValue<string>() };
        amd.Remove("annotations");
        amd["platform"] = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux" };
        arm["platform"] = new JsonObject { ["architecture"] = "arm64", ["os"] = "linux" };
        attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        return Finish(folder, Store(Index, new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Index, ["manifests"] = new JsonArray(amd.DeepClone(), arm, attestation) }));

        JsonObject Store(string mediaType, JsonNode document) => Blob(blobs, mediaType, document);
    }

    /// <summary>An OCI layout of what could be a Helm chart.</summary>
    public static void WriteArtifact(string folder)
    {
        string blobs = Path.Combine(folder, "blobs", "sha256");
        Directory.CreateDirectory(blobs);
        Finish(folder, Blob(blobs, Manifest, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Manifest,
            ["config"] = Blob(blobs, "application/vnd.cncf.helm.config.v1+json", JsonNode.Parse("""{"name":"web","version":"1"}""")!),
            ["layers"] = new JsonArray(Blob(blobs, "application/vnd.cncf.helm.chart.content.v1.tar+gzip", JsonNode.Parse("\"no tar\"")!)),
        }));
    }

    private static JsonObject Blob(string blobs, string mediaType, JsonNode document)
    {
        byte[] content = Encoding.UTF8.GetBytes(document.ToJsonString());
        string hex = Convert.ToHexStringLower(SHA256.HashData(content));
        File.WriteAllBytes(Path.Combine(blobs, hex), content);
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = "sha256:" + hex, ["size"] = content.Length };
    }

    private static string Finish(string folder, JsonObject target)
    {
        string digest = target["digest"]!.GetValue<string>();
        target["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" };
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllText(Path.Combine(folder, "index.json"), new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(target) }.ToJsonString());
        return digest;
    }
}
