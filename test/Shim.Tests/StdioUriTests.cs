using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Shim.Tests;

public sealed class StdioUriTests
{
    [Theory]
    [InlineData("/var/lib/x/log", -1, 1)]
    [InlineData("/var/lib/odd ?%25& name", 10_000_000, 3)]
    public void A_log_uri_says_where_and_how_to_rotate(string path, long size, int files)
    {
        var target = StdioUri.ParseLog(StdioUri.JsonFile(path, size, files))!;
        Assert.Equal((path, size, files), (target.Path, target.MaxSize, target.MaxFiles));
    }

    [Fact]
    public void Without_a_path_there_is_no_log() => Assert.Null(StdioUri.ParseLog(StdioUri.NoLog));

    [Theory]
    [InlineData("sampan-log:relative")]
    [InlineData("sampan-log://host/path")]
    [InlineData("sampan-log:///x?max-size=1k")]
    [InlineData("sampan-log:///x?max-file=0")]
    [InlineData("sampan-log:///x?compress=yes")]
    public void What_cannot_be_done_is_refused(string uri) =>
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => StdioUri.ParseLog(uri)).Kind);

    [Fact]
    public void An_attach_request_is_one_line_of_json()
    {
        var request = new AttachRequest { ExecId = "a\"b\n", Stdin = true, Stderr = true };
        byte[] line = request.ToLine();
        Assert.Equal(line.Length - 1, Array.IndexOf(line, (byte)'\n'));
        Assert.Equal(request, AttachRequest.Parse(line.AsSpan(0, line.Length - 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"exec\":1}")]
    [InlineData("{\"stdin\":\"yes\"}")]
    [InlineData("{\"other\":true}")]
    [InlineData("{} {}")]
    public void Another_line_is_refused(string line) =>
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => AttachRequest.Parse(System.Text.Encoding.UTF8.GetBytes(line))).Kind);
}
