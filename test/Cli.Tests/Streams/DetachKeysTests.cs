using Sampan.Cli.Streams;

namespace Sampan.Cli.Tests.Streams;

public sealed class DetachKeysTests
{
    private const byte CtrlP = 16, CtrlQ = 17;

    [Fact]
    public void The_sequence_detaches_wherever_the_reads_split_it()
    {
        var keys = DetachKeys.Parse("ctrl-p,ctrl-q");
        var passed = new List<byte>();

        Assert.False(keys.Filter([(byte)'a', CtrlP], passed));
        Assert.True(keys.Filter([CtrlQ, (byte)'b'], passed));
        Assert.Equal("a"u8.ToArray(), passed);
    }

    [Fact]
    public void A_broken_off_sequence_is_passed_on_whole()
    {
        var keys = DetachKeys.Parse("ctrl-p,ctrl-q");
        var passed = new List<byte>();

        Assert.False(keys.Filter([CtrlP, (byte)'x', CtrlP, CtrlP, (byte)'y'], passed));
        Assert.Equal([CtrlP, (byte)'x', CtrlP, CtrlP, (byte)'y'], passed);
        passed.Clear();
        Assert.True(keys.Filter([CtrlP, CtrlP, CtrlQ], passed));
        Assert.Equal([CtrlP], passed);
    }

    [Theory]
    [InlineData("a", new byte[] { 97 })]
    [InlineData("ctrl-@,ctrl-_", new byte[] { 0, 31 })]
    [InlineData("a,b,ctrl-c", new byte[] { 97, 98, 3 })]
    public void Any_keys_can_be_chosen(string text, byte[] typed) => Assert.True(DetachKeys.Parse(text).Filter(typed, []));

    [Theory]
    [InlineData("")]
    [InlineData("foo")]
    [InlineData("ctrl-")]
    [InlineData("ctrl-9")]
    public void What_is_no_key_is_refused(string text) => Assert.Throws<FormatException>(() => DetachKeys.Parse(text));
}
