using System.Buffers.Binary;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Netlink;
using Sampan.Linux.Nftables;

namespace Sampan.Linux.Tests.Netlink;

public sealed class ParserTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(16, 0);
        writer.Put(new byte[16]);
        writer.Text(3, "eth0");
        int nest = writer.BeginNest(18);
        writer.Attribute(4, 1400u);
        writer.EndNest(nest);
        writer.EndMessage();
        writer.BeginMessage(17, NetlinkLibc.NLM_F_ACK);
        writer.EndMessage();

        ReadOnlySpan<byte> buffer = writer.Written;
        Assert.True(NetlinkMessage.TryRead(ref buffer, out NetlinkMessage first));
        Assert.Equal(16, first.Type);
        Assert.True(NetlinkAttribute.TryFind(first.Payload[16..], 3, out NetlinkAttribute name));
        Assert.Equal("eth0", name.Text);
        Assert.True(NetlinkAttribute.TryFind(first.Payload[16..], 18, out NetlinkAttribute info));
        Assert.True(NetlinkAttribute.TryFind(info.Value, 4, out NetlinkAttribute mtu));
        Assert.Equal(1400u, mtu.UInt32);
        Assert.True(NetlinkMessage.TryRead(ref buffer, out NetlinkMessage second));
        Assert.Equal((17, first.Sequence + 1), (second.Type, second.Sequence));
        Assert.False(NetlinkMessage.TryRead(ref buffer, out _));
    }

    [Fact]
    public void Arbitrary_bytes_never_make_a_parser_throw_or_hang()
    {
        Random random = new(7);
        for (int round = 0; round < 20000; round++)
        {
            byte[] bytes = new byte[random.Next(0, 120)];
            random.NextBytes(bytes);
            // Small lengths keep the walk inside the buffer now and then.
            for (int i = 0; i + 4 <= bytes.Length; i += 4)
                if (random.Next(3) == 0) BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i), (ushort)random.Next(0, 40));
            ReadOnlySpan<byte> buffer = bytes;
            while (NetlinkMessage.TryRead(ref buffer, out NetlinkMessage message))
            {
                _ = NetlinkSocket.ErrorOf(message, "fuzz");
                _ = LinkInfo.TryParse(message.Payload, out _);
            }
            _ = LinkInfo.TryParse(bytes, out _);
            _ = AddressInfo.TryParse(bytes, out _);
            _ = NftChain.TryParse(bytes, out _);
            _ = NftComment.Decode(bytes);
        }
    }

    [Fact]
    public void Comments_are_read_back() => Assert.Equal("sampan", NftComment.Decode(NftComment.Encode("sampan")));

    [Fact]
    public void Own_cgroups_and_block_io_lines_are_read_and_nonsense_is_skipped()
    {
        Assert.Equal([new ProcessCgroup("memory", "/a:b"), new ProcessCgroup("name=systemd", "/"), new ProcessCgroup("", "/x")],
            ProcessCgroup.Parse("4:memory:/a:b\n9:name=systemd:/\nnonsense\n0::/x\n"));
        Assert.Equal([new BlockIOStat(BlockIOTable.Serviced, 8, 0, "Read", 12)], StatFiles.BlockIOV1(BlockIOTable.Serviced, "8:0 Read 12\nTotal 12\n8:x Read 1\n"));
        Assert.Equal([new BlockIOStat(BlockIOTable.ServiceBytes, 8, 16, "read", 9), new BlockIOStat(BlockIOTable.Serviced, 8, 16, "write", 3)],
            StatFiles.BlockIOV2("8:16 rbytes=9 wios=3 dbytes=0\nnonsense\n"));
        Assert.Equal(5UL, StatFiles.Pairs("cache 5\nx\n")["cache"]);
    }
}
