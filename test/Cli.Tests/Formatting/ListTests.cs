using Sampan.Cli.Containers;
using Sampan.Cli.Formatting;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Tests.Formatting;

public sealed class ListTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static readonly ContainerSummary Box = new()
    {
        Id = new string('a', 64), Names = ["/other/alias", "/box"], Image = "docker.io/library/busybox:1.36", ImageID = "sha256:" + new string('b', 64),
        Command = "sleep 1000000000000000000", Created = 1_800_000_000 - 300, State = "running", Status = "Up 5 minutes",
        Ports = [new() { IP = "0.0.0.0", PrivatePort = 80, PublicPort = 8080, Type = "tcp" }], Labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
    };

    [Theory]
    [InlineData("{{.ID}}|{{.Names}}|{{.Image}}", "aaaaaaaaaaaa|box|busybox:1.36\n")]
    [InlineData("{{.Command}}|{{.RunningFor}}|{{.Ports}}", "\"sleep 1000000000000…\"|5 minutes ago|0.0.0.0:8080->80/tcp\n")]
    [InlineData("{{.Labels}}|{{.Label \"b\"}}|{{.Label \"c\"}}", "a=1,b=2|2|\n")]
    [InlineData("table {{.Names}}\\t{{upper .State}}", "NAMES     STATE\nbox       RUNNING\n")]
    public void A_format_makes_a_line_of_each_row(string format, string expected) =>
        Assert.Equal(expected, ListFormat.Of(format, "", quiet: false).Render(ContainerColumns.Make(truncate: true, Now), [Box]));

    [Fact]
    public void Json_has_every_plain_field_in_order_and_escapes_angle_brackets_as_go_does()
    {
        string line = ListFormat.Of("json", "", quiet: false).Render(ContainerColumns.Make(truncate: true, Now), [Box]);

        Assert.StartsWith("{\"Command\":\"\\\"sleep 1000000000000…\\\"\",\"CreatedAt\":", line, StringComparison.Ordinal);
        Assert.Contains("\"Ports\":\"0.0.0.0:8080-\\u003e80/tcp\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_three_and_at_least_ten() =>
        Assert.Equal("A                 BB        C\nlonger than ten   é         last\n", TabWriter.Align("A\tBB\tC\nlonger than ten\té\tlast\n"));

    [Theory]
    [InlineData(0, "Less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(60, "About a minute")]
    [InlineData(3599, "59 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(5400, "2 hours")]
    [InlineData(47 * 3600, "47 hours")]
    [InlineData(48 * 3600, "2 days")]
    [InlineData(14 * 86400, "2 weeks")]
    [InlineData(60 * 86400, "2 months")]
    [InlineData(730 * 86400, "2 years")]
    public void A_duration_is_said_roughly(int seconds, string expected) => Assert.Equal(expected, Human.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(4262152, "4.26MB")]
    [InlineData(1_000_000_000, "1GB")]
    [InlineData(123_456_789, "123MB")]
    public void A_size_has_three_digits_and_powers_of_a_thousand(long bytes, string expected) => Assert.Equal(expected, Human.Size(bytes, 3));

    [Fact]
    public void Ports_in_a_row_are_joined_and_moved_ones_stand_apart()
    {
        ContainerPort Port(ushort inside, ushort outside = 0, string address = "") => new() { PrivatePort = inside, PublicPort = outside, IP = address, Type = "tcp" };

        Assert.Equal("0.0.0.0:7000-7001->7000-7001/tcp, [::]:7000->7000/tcp, 9000-9002/tcp, 0.0.0.0:8080->80/tcp",
            PortColumn.Of([Port(9001), Port(9000), Port(9002), Port(7000, 7000, "0.0.0.0"), Port(7001, 7001, "0.0.0.0"), Port(7000, 7000, "::"), Port(80, 8080, "0.0.0.0")]));
    }

    [Fact]
    public void Json_is_laid_out_again_without_being_read()
    {
        byte[] json = """[{"a":"x\u003c{}","b":[],"c":{ },"d":[1,2]}]"""u8.ToArray();

        Assert.Equal("[\n    {\n        \"a\": \"x\\u003c{}\",\n        \"b\": [],\n        \"c\": {},\n        \"d\": [\n            1,\n            2\n        ]\n    }\n]",
            System.Text.Encoding.UTF8.GetString(JsonText.Indent(json)));
    }
}
