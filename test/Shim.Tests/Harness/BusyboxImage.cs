using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Sampan.Shim.Tests.Harness;

/// <summary>An OCI archive made by hand: one layer with busybox. image-spec image-layout.md</summary>
public static class BusyboxImage
{
    public static void Write(string path, string reference)
    {
        string folder = Directory.CreateTempSubdirectory("sampan-image").FullName;
        try
        {
            Rootfs.Make($"{folder}/rootfs");
            TarFile.CreateFromDirectory($"{folder}/rootfs", $"{folder}/layer.tar", includeBaseDirectory: false);
            byte[] layer = File.ReadAllBytes($"{folder}/layer.tar");
            byte[] config = Encoding.UTF8.GetBytes(
                $"{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"sh\"]}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{Digest(layer)}\"]}}}}");
            byte[] manifest = Encoding.UTF8.GetBytes(
                $"{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{Descriptor("config.v1+json", config)},\"layers\":[{Descriptor("layer.v1.tar", layer)}]}}");
            string index = $"{{\"schemaVersion\":2,\"manifests\":[{Descriptor("manifest.v1+json", manifest)[..^1]},\"annotations\":{{\"io.containerd.image.name\":\"{reference}\"}}}}]}}";

            using var archive = new TarWriter(File.Create(path));
            Add(archive, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray());
            Add(archive, "index.json", Encoding.UTF8.GetBytes(index));
            foreach (byte[] blob in new[] { layer, config, manifest }) Add(archive, $"blobs/sha256/{Digest(blob)[7..]}", blob);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Descriptor(string type, byte[] blob) =>
        $"{{\"mediaType\":\"application/vnd.oci.image.{type}\",\"digest\":\"{Digest(blob)}\",\"size\":{blob.Length}}}";

    private static string Digest(byte[] blob) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(blob))}";

    private static void Add(TarWriter archive, string name, byte[] content) =>
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}
