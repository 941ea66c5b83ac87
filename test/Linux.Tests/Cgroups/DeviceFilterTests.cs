using Sampan.Faults;
using Sampan.Linux.Cgroups.Devices;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Tests.Cgroups;

public sealed class DeviceFilterTests
{
    private static readonly DeviceCgroupRule DenyAll = new() { Allow = false }, AllowAll = new() { Allow = true };

    [Fact]
    public void Without_rules_everything_is_allowed() => Assert.True(Filter().Allows('c', 1, 3, DeviceAccess.All));

    [Fact]
    public void An_exception_allows_what_it_covers_and_no_more()
    {
        DeviceFilter filter = Filter(DenyAll, Rule(true, "c", 1, 3, "rw"));
        Assert.True(filter.Allows('c', 1, 3, DeviceAccess.Read));
        Assert.True(filter.Allows('c', 1, 3, DeviceAccess.Read | DeviceAccess.Write));
        Assert.False(filter.Allows('c', 1, 3, DeviceAccess.Mknod));
        Assert.False(filter.Allows('b', 1, 3, DeviceAccess.Read));
        Assert.False(filter.Allows('c', 1, 4, DeviceAccess.Read));
    }

    [Fact]
    public void Rights_of_one_device_add_up_and_are_taken_away()
    {
        DeviceFilter filter = Filter(DenyAll, Rule(true, "c", 1, 3, "r"), Rule(true, "c", 1, 3, "w"), Rule(true, "c", 5, null, "rwm"), Rule(false, "c", 5, null, "w"));
        Assert.True(filter.Allows('c', 1, 3, DeviceAccess.Read | DeviceAccess.Write));
        Assert.True(filter.Allows('c', 5, 77, DeviceAccess.Read));
        Assert.False(filter.Allows('c', 5, 77, DeviceAccess.Write));
    }

    [Fact]
    public void Where_all_is_allowed_a_denial_of_a_part_refuses_the_whole()
    {
        DeviceFilter filter = Filter(DenyAll, AllowAll, Rule(false, "b", 8, null, "w"));
        Assert.False(filter.Allows('b', 8, 1, DeviceAccess.Read | DeviceAccess.Write));
        Assert.True(filter.Allows('b', 8, 1, DeviceAccess.Read));
    }

    [Fact]
    public void The_kernel_s_verifier_takes_the_programs()
    {
        foreach (DeviceFilter filter in (DeviceFilter[])[Filter(), Filter(DenyAll), Filter(DenyAll, AllowAll, Rule(false, "b", 8, null, "w")),
            Filter([DenyAll, .. DefaultDevices.AppendTo([DenyAll])!])])
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle program = DeviceProgram.Load(DeviceProgram.Compile(filter));
            Assert.False(program.IsInvalid);
        }
    }

    [Theory]
    [InlineData("x", "rwm", null)]
    [InlineData("c", "z", null)]
    [InlineData("a", "r", null)]
    [InlineData("a", "rwm", 5L)]
    [InlineData("c", "r", 5_000_000_000L)]
    public void Rules_that_make_no_sense_are_refused(string type, string access, long? major)
        => Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => Filter(Rule(true, type, major, null, access))).Kind);

    private static DeviceFilter Filter(params DeviceCgroupRule[] rules) => DeviceFilter.From(rules);

    private static DeviceCgroupRule Rule(bool allow, string type, long? major, long? minor, string access)
        => new() { Allow = allow, Type = type, Major = major, Minor = minor, Access = access };
}
