using System.Buffers.Binary;
using Sampan.Linux.Native;
using Sampan.Linux.Netlink;

namespace Sampan.Linux.Nftables;

/// <summary>nf_tables in the network namespace of the thread that made it.</summary>
public sealed class NftSocket : IDisposable
{
    private readonly NetlinkSocket _socket = NetlinkSocket.Open(NetlinkLibc.NETLINK_NETFILTER);

    /// <summary>Makes all changes of the batch or none. A batch is good for one call.</summary>
    /// <param name="what">What failed, for the message.</param>
    /// <exception cref="LinuxException">The kernel's first error: EPERM without CAP_NET_ADMIN, ENOENT, EEXIST; EOPNOTSUPP when it lacks nf_tables or an expression.</exception>
    public void Commit(NftBatch batch, string what)
    {
        if (batch.IsEmpty) return;
        batch.Close();
        _socket.Transact(batch.Writer, what, batch.LastChange);
    }

    /// <summary>The chains of family ip that the kernel calls at a hook.</summary>
    public IReadOnlyList<NftChain> ListChains()
    {
        List<NftChain> chains = [];
        Dump(Nft.GETCHAIN, "cannot list chains", null, (in NetlinkMessage message) =>
        {
            if (NftChain.TryParse(message.Payload, out NftChain? chain)) chains.Add(chain);
        });
        return chains;
    }

    /// <summary>Comment and handle of the rules of a chain that have a comment.</summary>
    public IReadOnlyList<(string Comment, ulong Handle)> ListComments(string table, string chain)
    {
        List<(string, ulong)> found = [];
        Dump(Nft.GETRULE, $"cannot list the rules of chain '{chain}'", (table, chain), (in NetlinkMessage message) =>
        {
            ReadOnlySpan<byte> attributes = message.Payload.Length >= 4 ? message.Payload[4..] : default;
            string? inTable = null, inChain = null, comment = null;
            ulong handle = 0;
            while (NetlinkAttribute.TryRead(ref attributes, out NetlinkAttribute attribute))
            {
                if (attribute.Type == Nft.NFTA_RULE_HANDLE && attribute.Value.Length >= 8) handle = BinaryPrimitives.ReadUInt64BigEndian(attribute.Value);
                else if (attribute.Type == Nft.NFTA_RULE_USERDATA) comment = NftComment.Decode(attribute.Value);
                else if (attribute.Type == Nft.NFTA_RULE_TABLE) inTable = attribute.Text;
                else if (attribute.Type == Nft.NFTA_RULE_CHAIN) inChain = attribute.Text;
            }
            if (comment is not null && inTable == table && inChain == chain) found.Add((comment, handle));
        });
        return found;
    }

    public void Dispose() => _socket.Dispose();

    private void Dump(ushort message, string what, (string Table, string Chain)? of, NetlinkSocket.MessageHandler handler)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage((ushort)((Nft.NFNL_SUBSYS_NFTABLES << 8) | message), NetlinkLibc.NLM_F_DUMP);
        writer.Put([Nft.NFPROTO_IPV4, 0, 0, 0]);
        if (of is { } filter)
        {
            writer.Text(Nft.NFTA_RULE_TABLE, filter.Table);
            writer.Text(Nft.NFTA_RULE_CHAIN, filter.Chain);
        }
        writer.EndMessage();
        _socket.Query(writer, what, handler);
    }
}

/// <summary>A chain that the kernel calls at a hook.</summary>
/// <param name="DropsByDefault">Its policy.</param>
public sealed record NftChain(string Table, string Name, NftHook Hook, int Priority, bool DropsByDefault)
{
    internal static bool TryParse(ReadOnlySpan<byte> payload, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NftChain? chain)
    {
        chain = null;
        if (payload.Length < 4) return false;
        ReadOnlySpan<byte> attributes = payload[4..];
        string table = "", name = "";
        uint? hook = null;
        int priority = 0;
        bool drops = false;
        while (NetlinkAttribute.TryRead(ref attributes, out NetlinkAttribute attribute))
            switch (attribute.Type)
            {
                case Nft.NFTA_CHAIN_TABLE: table = attribute.Text; break;
                case Nft.NFTA_CHAIN_NAME: name = attribute.Text; break;
                case Nft.NFTA_CHAIN_POLICY: drops = attribute.UInt32BigEndian == Nft.NF_DROP; break;
                case Nft.NFTA_CHAIN_HOOK:
                    if (NetlinkAttribute.TryFind(attribute.Value, Nft.NFTA_HOOK_HOOKNUM, out NetlinkAttribute number)) hook = number.UInt32BigEndian;
                    if (NetlinkAttribute.TryFind(attribute.Value, Nft.NFTA_HOOK_PRIORITY, out NetlinkAttribute level)) priority = (int)level.UInt32BigEndian;
                    break;
                default: break;
            }
        if (hook is not { } at) return false;
        chain = new NftChain(table, name, (NftHook)at, priority, drops);
        return true;
    }
}
