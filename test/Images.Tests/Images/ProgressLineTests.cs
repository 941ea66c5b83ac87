using System.Text;

namespace Sampan.Images.Tests;

public sealed class ProgressLineTests
{
    [Fact]
    public void Lines_are_dockerds_byte_for_byte()
    {
        Assert.Equal("{\"status\":\"Pulling from library/busybox\",\"id\":\"latest\"}\r\n", Line(new PullProgress("Pulling from library/busybox", "latest")));
        Assert.Equal("{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"5cc84ad355aa\"}\r\n", Line(new PullProgress("Pulling fs layer", "5cc84ad355aa", ProgressDetail.None)));
        Assert.Equal("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":32341,\"total\":2594722},\"progress\":\"[\\u003e                                                  ]  32.34kB/2.595MB\",\"id\":\"5cc84ad355aa\"}\r\n",
            Line(new PullProgress("Downloading", "5cc84ad355aa", new ProgressDetail(32341, 2594722))));
        Assert.Equal("{\"status\":\"Digest: sha256:a\\u0026b\"}\r\n", Line(new PullProgress("Digest: sha256:a&b")));
    }

    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(50, 0, "     50B")]
    [InlineData(50, 100, "[=========================>                         ]      50B/100B")]
    [InlineData(100, 100, "[==================================================>]     100B/100B")]
    [InlineData(150, 100, "[==================================================>]     150B")]
    [InlineData(1_000, 1_234_567_890, "[>                                                  ]      1kB/1.235GB")]
    public void The_bar_is_dockers(long current, long total, string bar) => Assert.Equal(bar, new ProgressDetail(current, total).Bar);

    private static string Line(PullProgress progress) => Encoding.UTF8.GetString(progress.ToJsonLine());
}
