namespace Sampan.Linux.Nftables;

/// <summary>linux/netfilter/nf_tables.h and nfnetlink.h, with the headers' spelling.</summary>
internal static class Nft
{
    public const ushort NFNL_SUBSYS_NFTABLES = 10, NFNL_MSG_BATCH_BEGIN = 16, NFNL_MSG_BATCH_END = 17;
    public const ushort NEWTABLE = 0, DELTABLE = 2, NEWCHAIN = 3, GETCHAIN = 4, NEWRULE = 6, GETRULE = 7, DELRULE = 8, NEWSET = 9, NEWSETELEM = 12, DELSETELEM = 14;
    public const ushort NFTA_TABLE_NAME = 1, NFTA_LIST_ELEM = 1, NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2, NFTA_DATA_VALUE = 1, NFTA_DATA_VERDICT = 2, NFTA_VERDICT_CODE = 1;
    public const ushort NFTA_CHAIN_TABLE = 1, NFTA_CHAIN_NAME = 3, NFTA_CHAIN_HOOK = 4, NFTA_CHAIN_POLICY = 5, NFTA_CHAIN_TYPE = 7, NFTA_HOOK_HOOKNUM = 1, NFTA_HOOK_PRIORITY = 2;
    public const ushort NFTA_RULE_TABLE = 1, NFTA_RULE_CHAIN = 2, NFTA_RULE_HANDLE = 3, NFTA_RULE_EXPRESSIONS = 4, NFTA_RULE_USERDATA = 7;
    public const ushort NFTA_SET_TABLE = 1, NFTA_SET_NAME = 2, NFTA_SET_FLAGS = 3, NFTA_SET_KEY_TYPE = 4, NFTA_SET_KEY_LEN = 5, NFTA_SET_DATA_TYPE = 6, NFTA_SET_DATA_LEN = 7, NFTA_SET_ID = 10;
    public const ushort NFTA_SET_ELEM_LIST_TABLE = 1, NFTA_SET_ELEM_LIST_SET = 2, NFTA_SET_ELEM_LIST_ELEMENTS = 3, NFTA_SET_ELEM_KEY = 1, NFTA_SET_ELEM_DATA = 2;
    public const uint NFT_SET_MAP = 8;
    public const byte NFPROTO_IPV4 = 2;
    public const uint NF_DROP = 0, NF_ACCEPT = 1;
}

/// <summary>Where in a packet's way a chain stands: enum nf_inet_hooks.</summary>
public enum NftHook : uint { Prerouting = 0, Forward = 2, Output = 3, Postrouting = 4 }

/// <summary>nft's datatype numbers (nft(8) § DATA TYPES), which only make <c>nft list</c> readable.</summary>
public enum NftType : uint { Ipv4Address = 7, InetProtocol = 12, InetService = 13 }
