using Sampan.Linux.Netlink;

namespace Sampan.Linux.Nftables;

/// <summary>Changes to the tables of one family (ip) that the kernel makes all together or not at all. nft(8), linux/netfilter/nf_tables.h.</summary>
public sealed class NftBatch
{
    private const ushort Create = NetlinkLibc.NLM_F_CREATE, Append = NetlinkLibc.NLM_F_CREATE | NetlinkLibc.NLM_F_APPEND;
    private uint _lastSetId;

    public NftBatch() => Control(Nft.NFNL_MSG_BATCH_BEGIN);

    internal NetlinkWriter Writer { get; } = new();

    /// <summary>Nothing was put in.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>One that is there already is fine.</summary>
    public void AddTable(string table)
    {
        Begin(Nft.NEWTABLE, Create);
        Writer.Text(Nft.NFTA_TABLE_NAME, table);
        Writer.EndMessage();
    }

    /// <summary>With all that is in it. It must exist.</summary>
    public void DeleteTable(string table)
    {
        Begin(Nft.DELTABLE, 0);
        Writer.Text(Nft.NFTA_TABLE_NAME, table);
        Writer.EndMessage();
    }

    /// <param name="type">"filter" or "nat".</param>
    /// <param name="priority">Lower ones see a packet first.</param>
    public void AddBaseChain(string table, string chain, string type, NftHook hook, int priority)
    {
        Begin(Nft.NEWCHAIN, Create);
        Writer.Text(Nft.NFTA_CHAIN_TABLE, table);
        Writer.Text(Nft.NFTA_CHAIN_NAME, chain);
        int nest = Writer.BeginNest(Nft.NFTA_CHAIN_HOOK);
        Writer.BigEndian(Nft.NFTA_HOOK_HOOKNUM, (uint)hook);
        Writer.BigEndian(Nft.NFTA_HOOK_PRIORITY, (uint)priority);
        Writer.EndNest(nest);
        Writer.BigEndian(Nft.NFTA_CHAIN_POLICY, Nft.NF_ACCEPT);
        Writer.Text(Nft.NFTA_CHAIN_TYPE, type);
        Writer.EndMessage();
    }

    /// <summary>At the chain's end, or (<paramref name="first"/>) its beginning.</summary>
    /// <param name="comment">Shown by <c>nft list</c>; at most 128 bytes.</param>
    public void AddRule(string table, string chain, Action<NftExpressions> expressions, string? comment = null, bool first = false)
    {
        Begin(Nft.NEWRULE, first ? Create : Append);
        Writer.Text(Nft.NFTA_RULE_TABLE, table);
        Writer.Text(Nft.NFTA_RULE_CHAIN, chain);
        int nest = Writer.BeginNest(Nft.NFTA_RULE_EXPRESSIONS);
        expressions(new NftExpressions(Writer));
        Writer.EndNest(nest);
        if (comment is not null) Writer.Attribute(Nft.NFTA_RULE_USERDATA, NftComment.Encode(comment));
        Writer.EndMessage();
    }

    public void DeleteRule(string table, string chain, ulong handle)
    {
        Begin(Nft.DELRULE, 0);
        Writer.Text(Nft.NFTA_RULE_TABLE, table);
        Writer.Text(Nft.NFTA_RULE_CHAIN, chain);
        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, handle);
        Writer.Attribute(Nft.NFTA_RULE_HANDLE, bytes);
        Writer.EndMessage();
    }

    /// <summary>A map from one tuple to another; every part takes 4 bytes.</summary>
    public void AddMap(string table, string map, ReadOnlySpan<NftType> key, ReadOnlySpan<NftType> value)
    {
        Begin(Nft.NEWSET, Create);
        Writer.Text(Nft.NFTA_SET_TABLE, table);
        Writer.Text(Nft.NFTA_SET_NAME, map);
        Writer.BigEndian(Nft.NFTA_SET_ID, ++_lastSetId);
        Writer.BigEndian(Nft.NFTA_SET_FLAGS, Nft.NFT_SET_MAP);
        Writer.BigEndian(Nft.NFTA_SET_KEY_TYPE, Tuple(key));
        Writer.BigEndian(Nft.NFTA_SET_KEY_LEN, (uint)key.Length * 4);
        Writer.BigEndian(Nft.NFTA_SET_DATA_TYPE, Tuple(value));
        Writer.BigEndian(Nft.NFTA_SET_DATA_LEN, (uint)value.Length * 4);
        Writer.EndMessage();
    }

    /// <summary>The same entry twice is fine; another value for a key that is there makes the batch fail with EEXIST.</summary>
    public void AddElement(string table, string map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        => Element(Nft.NEWSETELEM, Create, table, map, key, value);

    /// <summary>The key must be there, or the batch fails with ENOENT.</summary>
    public void DeleteElement(string table, string map, ReadOnlySpan<byte> key) => Element(Nft.DELSETELEM, 0, table, map, key, default);

    /// <summary>Called once, by <see cref="NftSocket"/>: the answer to the last change tells that all are through.</summary>
    internal void Close()
    {
        Writer.RequestAnswer();
        LastChange = Writer.LastSequence;
        Control(Nft.NFNL_MSG_BATCH_END);
    }

    internal uint LastChange { get; private set; }

    private void Element(ushort message, ushort flags, string table, string map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Begin(message, flags);
        Writer.Text(Nft.NFTA_SET_ELEM_LIST_TABLE, table);
        Writer.Text(Nft.NFTA_SET_ELEM_LIST_SET, map);
        int list = Writer.BeginNest(Nft.NFTA_SET_ELEM_LIST_ELEMENTS);
        int element = Writer.BeginNest(Nft.NFTA_LIST_ELEM);
        Data(Nft.NFTA_SET_ELEM_KEY, key);
        if (!value.IsEmpty) Data(Nft.NFTA_SET_ELEM_DATA, value);
        Writer.EndNest(element);
        Writer.EndNest(list);
        Writer.EndMessage();
    }

    private void Data(ushort attribute, ReadOnlySpan<byte> value)
    {
        int nest = Writer.BeginNest(attribute);
        Writer.Attribute(Nft.NFTA_DATA_VALUE, value);
        Writer.EndNest(nest);
    }

    // nft numbers a tuple's type by its parts, 6 bits each.
    private static uint Tuple(ReadOnlySpan<NftType> parts)
    {
        uint number = 0;
        foreach (NftType part in parts) number = (number << 6) | (uint)part;
        return number;
    }

    // struct nfgenmsg { u8 family, version; be16 res_id; }
    private void Begin(ushort message, ushort flags)
    {
        IsEmpty = false;
        Writer.BeginMessage((ushort)((Nft.NFNL_SUBSYS_NFTABLES << 8) | message), flags);
        Writer.Put([Nft.NFPROTO_IPV4, 0, 0, 0]);
    }

    private void Control(ushort message)
    {
        Writer.BeginMessage(message, 0);
        Writer.Put([0, 0, 0, (byte)Nft.NFNL_SUBSYS_NFTABLES]);
        Writer.EndMessage();
    }
}
