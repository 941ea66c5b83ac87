using System.Globalization;
using Sampan.Shim.Tests.Harness;
using Xunit.Abstractions;

namespace Sampan.Shim.Tests;

public sealed class MemoryTests(ITestOutputHelper output)
{
    private const int Shims = 10;

    /// <summary>SPECIFICATION: shim PSS. Proportional set size counts a page that n processes share as 1/n.</summary>
    [Fact]
    public async Task A_shim_of_ten_takes_at_most_one_and_a_half_megabytes()
    {
        List<TestContainer> containers = [];
        try
        {
            for (int i = 0; i < Shims; i++)
            {
                containers.Add(await TestContainer.RunShellAsync("echo ready; sleep 1000"));
                await containers[i].LoggedAsync("ready");
                await containers[i].Client.StateAsync("", TestContainer.Patience);
            }
            double average = containers.Average(c => Rollup(c.ShimPid, "Pss:"));
            output.WriteLine($"PSS {average:F0} kB, private dirty {containers.Average(c => Rollup(c.ShimPid, "Private_Dirty:")):F0} kB, RSS {containers.Average(c => Rollup(c.ShimPid, "Rss:")):F0} kB");
            Assert.InRange(average, 1, 1536);
        }
        finally
        {
            foreach (var container in containers) await container.DisposeAsync();
        }
    }

    private static int Rollup(int pid, string field) => int.Parse(
        File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
