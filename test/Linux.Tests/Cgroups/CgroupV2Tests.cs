using Sampan.Faults;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Cgroups.V2;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Tests.Cgroups;

/// <summary>cgroup v2 as this hybrid machine has it: without the controllers that v1 holds; those are tested in the v2 guest.</summary>
public sealed class CgroupV2Tests : CgroupContract
{
    private const string Mount = "/sys/fs/cgroup/unified";
    private readonly string _enabledBefore = File.ReadAllText($"{Mount}/cgroup.subtree_control").Trim();

    protected override CgroupFileSystem FileSystem { get; } = CgroupFileSystem.Detect(Mount);

    [Fact]
    public void A_controller_that_is_not_enabled_is_named_by_its_file()
    {
        FaultException fault = Assert.Throws<FaultException>(() => Create(new LinuxResources { Pids = new PidsResources { Limit = 5 } }));
        Assert.Equal(FaultKind.NotSupported, fault.Kind);
        Assert.Contains("'pids.max'", fault.Message);
    }

    [Fact]
    public void Statistics_are_read_with_what_there_is()
    {
        ICgroup group = Create(null);
        StartInside(group, "sleep 1000");
        Assert.True(group.Stats().IsV2);
        Assert.Equal(0, group.OomKills());
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(100L, null, null)]
    [InlineData(-1L, null, "max")]
    [InlineData(100L, 100L, "0")]
    [InlineData(100L, 300L, "200")]
    [InlineData(100L, -1L, "max")]
    public void Swap_counts_alone_on_v2(long? limit, long? swap, string? expected)
        => Assert.Equal(expected, V2Limits.SwapOf(new MemoryResources { Limit = limit, Swap = swap }));

    [Theory]
    [InlineData(null, 100L)]
    [InlineData(200L, 100L)]
    public void Swap_below_or_without_a_limit_is_refused(long? limit, long? swap)
        => Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => V2Limits.SwapOf(new MemoryResources { Limit = limit, Swap = swap })).Kind);

    [Theory]
    [InlineData(2UL, 1UL)]
    [InlineData(1024UL, 100UL)]
    [InlineData(262144UL, 10000UL)]
    [InlineData(1UL, 1UL)]
    public void Shares_become_weight_with_the_defaults_meeting(ulong shares, ulong weight) => Assert.Equal(weight, CpuWeight.Of(shares));

    [Fact]
    public void The_weight_of_any_shares_is_what_runcs_formula_gives()
    {
        for (ulong shares = 3; shares < 262144; shares++)
        {
            double l = Math.Log2(shares);
            ulong expected = (ulong)Math.Ceiling(Math.Pow(10, ((l * l) + (125 * l)) / 612.0 - (7.0 / 34.0)));
            Assert.True(expected == CpuWeight.Of(shares), $"{shares}: {CpuWeight.Of(shares)} instead of {expected}");
        }
    }

    protected override void Restore()
    {
        string now = File.ReadAllText($"{Mount}/cgroup.subtree_control").Trim();
        foreach (string controller in now.Split(' ', StringSplitOptions.RemoveEmptyEntries).Except(_enabledBefore.Split(' ')))
            File.WriteAllText($"{Mount}/cgroup.subtree_control", $"-{controller}");
    }
}
