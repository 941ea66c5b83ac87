using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Networks;

/// <summary>The documents of networks and leases below <c>&lt;data-root&gt;/networks</c>. A document is written before the kernel is changed,
/// and removed after the change was undone: what a crash leaves in the kernel always has its document, or our mark.</summary>
internal sealed class NetworkStore
{
    private readonly string _root, _leases;

    public NetworkStore(string root)
    {
        _root = root;
        _leases = Path.Combine(root, "leases");
        Directory.CreateDirectory(_leases, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string folder in (string[])[_root, _leases]) Files.RemoveUnfinished(folder);
    }

    /// <summary>64 lowercase hex digits.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The network of that name; made when there is none.</summary>
    public NetworkDocument Network(string name, string driver)
    {
        string path = Path.Combine(_root, $"{name}.json");
        if (Read(path, NetworkJson.Default.NetworkDocument) is { } known) return known;
        NetworkDocument made = new(NewId(), driver, DateTimeOffset.UtcNow);
        Write(path, made, NetworkJson.Default.NetworkDocument);
        return made;
    }

    public IEnumerable<EndpointLease> Leases()
    {
        foreach (string path in Directory.GetFiles(_leases, "*.json"))
        {
            LeaseDocument? document = Read(path, NetworkJson.Default.LeaseDocument);
            EndpointLease? lease = null;
            try
            {
                lease = document?.ToLease();
            }
            catch (FormatException)
            {
                // Damaged: treated like one that was cut off below.
            }
            if (lease is not null) yield return lease;
            else File.Delete(path);   // its container's interface has our mark and no lease, and goes with the next reconciliation
        }
    }

    public void Save(EndpointLease lease) => Write(LeasePath(lease), LeaseDocument.Of(lease), NetworkJson.Default.LeaseDocument);

    public void Delete(EndpointLease lease) => File.Delete(LeasePath(lease));

    /// <summary>True when IPv4 forwarding was off before us in this boot.</summary>
    public bool ForwardingIsOurs
    {
        get => Read(ForwardingPath, NetworkJson.Default.ForwardingDocument)?.BootId == BootId;
        set
        {
            if (value) Write(ForwardingPath, new ForwardingDocument(BootId), NetworkJson.Default.ForwardingDocument);
            else File.Delete(ForwardingPath);
        }
    }

    private string ForwardingPath => Path.Combine(_root, "forwarding.json");

    private static string BootId => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private string LeasePath(EndpointLease lease) => Path.Combine(_leases, $"{lease.EndpointId}.json");

    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception error) when (error is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    private static void Write<T>(string path, T document, JsonTypeInfo<T> type) => Files.Replace(path, JsonSerializer.SerializeToUtf8Bytes(document, type));
}
