using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

/// <summary>A bundle whose config.json is what <c>spec</c> writes, changed by a test.</summary>
public sealed class Bundle
{
    private readonly RuntimeProgramHost _host;
    private readonly string _folder;

    public Bundle(RuntimeProgramHost host)
    {
        _host = host;
        _folder = Directory.CreateDirectory($"{host.Folder}/bundle-{Guid.NewGuid():N}").FullName;
        RuntimeProgramHost.Succeed(host.Run("spec", "-b", _folder));
        Config = JsonNode.Parse(File.ReadAllText($"{_folder}/config.json"))!.AsObject();
        Process["terminal"] = false;
        Config["root"] = new JsonObject { ["path"] = host.Rootfs };
        RemoveNamespace("cgroup");   // `spec` leaves it out where cgroup v1 is mounted
        Namespaces.Add(new JsonObject { ["type"] = "cgroup" });
        Linux["cgroupsPath"] = $"/sampan-test/{host.Id}";
    }

    public JsonObject Config { get; }
    public JsonObject Process => Config["process"]!.AsObject();
    public JsonObject Linux => Config["linux"]!.AsObject();
    public JsonArray Mounts => Config["mounts"]!.AsArray();
    public JsonArray Namespaces => Linux["namespaces"]!.AsArray();

    public void Mount(string destination, string? type, string source, params string[] options) => Mounts.Add(new JsonObject
    {
        ["destination"] = destination, ["type"] = type, ["source"] = source, ["options"] = new JsonArray([.. options.Select(option => (JsonNode)option)]),
    });

    public void RemoveNamespace(string type)
    {
        foreach (JsonNode? node in Namespaces.ToArray())
            if ((string)node!["type"]! == type) Namespaces.Remove(node);
    }

    /// <summary>Root in the container is host id 100000, which owns the rootfs then.</summary>
    public void UseUserNamespace()
    {
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("chown", ["-hR", "100000:100000", _host.Rootfs]));
        File.SetUnixFileMode(_host.Folder, (UnixFileMode)0x1ED);
        Namespaces.Add(new JsonObject { ["type"] = "user" });
        foreach (string map in (string[])["uidMappings", "gidMappings"])
            Linux[map] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = 100000, ["size"] = 65536 });
    }

    /// <returns>The bundle's folder.</returns>
    public string Write()
    {
        File.WriteAllText($"{_folder}/config.json", Config.ToJsonString());
        return _folder;
    }
}
