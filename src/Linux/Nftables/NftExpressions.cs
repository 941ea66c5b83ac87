using System.Text;
using Sampan.Linux.Netlink;

namespace Sampan.Linux.Nftables;

/// <summary>The expressions of one rule, evaluated from left to right until one does not match. Registers are 4 bytes wide and numbered
/// from 0 here (NFT_REG32_00 + n); wide values take several.</summary>
public sealed class NftExpressions
{
    private const uint FirstRegister = 8 /* NFT_REG32_00 */, VerdictRegister = 0;
    private const uint NFT_META_IIFNAME = 6, NFT_META_OIFNAME = 7, NFT_META_L4PROTO = 16, NFT_CT_STATE = 0, NFT_CT_STATUS = 2;
    private const uint NFT_PAYLOAD_NETWORK_HEADER = 1, NFT_PAYLOAD_TRANSPORT_HEADER = 2, NFT_CMP_EQ = 0, NFT_CMP_NEQ = 1;
    private const uint NFT_FIB_RESULT_ADDRTYPE = 3, NFTA_FIB_F_DADDR = 2, RTN_LOCAL = 2;
    private const int InterfaceNameSize = 16;   // IFNAMSIZ
    private readonly NetlinkWriter _writer;

    internal NftExpressions(NetlinkWriter writer) => _writer = writer;

    /// <summary>Continues for packets that came in by the interface (or did not).</summary>
    public NftExpressions InputInterface(string name, bool not = false) => Interface(NFT_META_IIFNAME, name, not);

    /// <summary>Continues for packets that go out by the interface (or do not).</summary>
    public NftExpressions OutputInterface(string name, bool not = false) => Interface(NFT_META_OIFNAME, name, not);

    /// <summary>Continues for packets from the IPv4 network.</summary>
    public NftExpressions Source(System.Net.IPNetwork network) => Network(12, network);

    /// <summary>Continues for packets to the IPv4 network.</summary>
    public NftExpressions Destination(System.Net.IPNetwork network) => Network(16, network);

    /// <summary>Continues for packets to an address of this machine.</summary>
    public NftExpressions DestinationIsLocal()
    {
        int expression = Begin("fib");
        Register(1, 0);                                            // NFTA_FIB_DREG
        _writer.BigEndian(2, NFT_FIB_RESULT_ADDRTYPE);             // NFTA_FIB_RESULT
        _writer.BigEndian(3, NFTA_FIB_F_DADDR);                    // NFTA_FIB_FLAGS
        End(expression);
        return Compare(0, BitConverter.GetBytes(RTN_LOCAL), NFT_CMP_EQ);
    }

    /// <summary>Continues for packets of connections in one of the states.</summary>
    public NftExpressions ConnectionState(NftConnectionStates states) => Connection(NFT_CT_STATE, (uint)states);

    /// <summary>Continues for packets of connections whose destination was translated (IPS_DST_NAT).</summary>
    public NftExpressions ConnectionIsDestinationNat() => Connection(NFT_CT_STATUS, 0x20);

    public NftExpressions LoadProtocol(int register)
    {
        int expression = Begin("meta");
        Register(1, register);                                     // NFTA_META_DREG
        _writer.BigEndian(2, NFT_META_L4PROTO);                    // NFTA_META_KEY
        End(expression);
        return this;
    }

    public NftExpressions LoadDestination(int register) => Payload(register, NFT_PAYLOAD_NETWORK_HEADER, 16, 4);

    public NftExpressions LoadDestinationPort(int register) => Payload(register, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);

    /// <summary>Replaces the key that starts in register 0 by its value in the map; stops the rule when it has none.</summary>
    public NftExpressions LookUp(string map)
    {
        int expression = Begin("lookup");
        _writer.Text(1, map);                                      // NFTA_LOOKUP_SET
        Register(2, 0);                                            // NFTA_LOOKUP_SREG
        Register(3, 0);                                            // NFTA_LOOKUP_DREG
        End(expression);
        return this;
    }

    /// <summary>Translates the destination to the IPv4 address in register 0 and the port in register 1.</summary>
    public NftExpressions DestinationNat()
    {
        int expression = Begin("nat");
        _writer.BigEndian(1, 1);                                   // NFTA_NAT_TYPE: NFT_NAT_DNAT
        _writer.BigEndian(2, Nft.NFPROTO_IPV4);                    // NFTA_NAT_FAMILY
        Register(3, 0);                                            // NFTA_NAT_REG_ADDR_MIN
        Register(5, 1);                                            // NFTA_NAT_REG_PROTO_MIN
        End(expression);
        return this;
    }

    /// <summary>Translates the source to the address of the outgoing interface.</summary>
    public NftExpressions Masquerade()
    {
        End(Begin("masq"));
        return this;
    }

    public NftExpressions Counter()
    {
        int expression = Begin("counter");
        End(expression);
        return this;
    }

    public NftExpressions Accept() => Verdict(Nft.NF_ACCEPT);

    public NftExpressions Drop() => Verdict(Nft.NF_DROP);

    private NftExpressions Verdict(uint code)
    {
        int expression = Begin("immediate");
        _writer.BigEndian(1, VerdictRegister);                     // NFTA_IMMEDIATE_DREG
        int data = _writer.BeginNest(2);                           // NFTA_IMMEDIATE_DATA
        int verdict = _writer.BeginNest(Nft.NFTA_DATA_VERDICT);
        _writer.BigEndian(Nft.NFTA_VERDICT_CODE, code);
        _writer.EndNest(verdict);
        _writer.EndNest(data);
        End(expression);
        return this;
    }

    private NftExpressions Interface(uint key, string name, bool not)
    {
        int expression = Begin("meta");
        Register(1, 0);
        _writer.BigEndian(2, key);
        End(expression);
        byte[] padded = new byte[InterfaceNameSize];
        Encoding.UTF8.GetBytes(name, padded);
        return Compare(0, padded, not ? NFT_CMP_NEQ : NFT_CMP_EQ);
    }

    private NftExpressions Network(uint offset, System.Net.IPNetwork network)
    {
        Payload(0, NFT_PAYLOAD_NETWORK_HEADER, offset, 4);
        uint mask = (uint)(0xffffffff00000000UL >> network.PrefixLength);
        Span<byte> bytes = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, mask);
        Bitwise(0, bytes);
        return Compare(0, network.BaseAddress.GetAddressBytes(), NFT_CMP_EQ);
    }

    private NftExpressions Connection(uint key, uint anyOf)
    {
        int expression = Begin("ct");
        Register(1, 0);                                            // NFTA_CT_DREG
        _writer.BigEndian(2, key);                                 // NFTA_CT_KEY
        End(expression);
        Bitwise(0, BitConverter.GetBytes(anyOf));
        return Compare(0, [0, 0, 0, 0], NFT_CMP_NEQ);
    }

    private NftExpressions Payload(int register, uint header, uint offset, uint length)
    {
        int expression = Begin("payload");
        Register(1, register);                                     // NFTA_PAYLOAD_DREG
        _writer.BigEndian(2, header);                              // NFTA_PAYLOAD_BASE
        _writer.BigEndian(3, offset);                              // NFTA_PAYLOAD_OFFSET
        _writer.BigEndian(4, length);                              // NFTA_PAYLOAD_LEN
        End(expression);
        return this;
    }

    private void Bitwise(int register, ReadOnlySpan<byte> mask)
    {
        int expression = Begin("bitwise");
        Register(1, register);                                     // NFTA_BITWISE_SREG
        Register(2, register);                                     // NFTA_BITWISE_DREG
        _writer.BigEndian(3, (uint)mask.Length);                   // NFTA_BITWISE_LEN
        Value(4, mask);                                            // NFTA_BITWISE_MASK
        Span<byte> zero = stackalloc byte[mask.Length];
        zero.Clear();
        Value(5, zero);                                            // NFTA_BITWISE_XOR
        End(expression);
    }

    private NftExpressions Compare(int register, ReadOnlySpan<byte> value, uint op)
    {
        int expression = Begin("cmp");
        Register(1, register);                                     // NFTA_CMP_SREG
        _writer.BigEndian(2, op);                                  // NFTA_CMP_OP
        Value(3, value);                                           // NFTA_CMP_DATA
        End(expression);
        return this;
    }

    private void Value(ushort attribute, ReadOnlySpan<byte> value)
    {
        int nest = _writer.BeginNest(attribute);
        _writer.Attribute(Nft.NFTA_DATA_VALUE, value);
        _writer.EndNest(nest);
    }

    private void Register(ushort attribute, int register) => _writer.BigEndian(attribute, FirstRegister + (uint)register);

    private int _data;

    private int Begin(string name)
    {
        int element = _writer.BeginNest(Nft.NFTA_LIST_ELEM);
        _writer.Text(Nft.NFTA_EXPR_NAME, name);
        _data = _writer.BeginNest(Nft.NFTA_EXPR_DATA);
        return element;
    }

    private void End(int element)
    {
        _writer.EndNest(_data);
        _writer.EndNest(element);
    }
}

/// <summary>NF_CT_STATE_BIT of the connection tracker.</summary>
[Flags]
public enum NftConnectionStates : uint { None = 0, Established = 2, Related = 4, New = 8 }
