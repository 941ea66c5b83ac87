using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Tests;

public sealed class NameTests
{
    [Fact]
    public void Every_error_number_and_every_kind_of_fault_has_its_own_name()
    {
        foreach (Errno errno in Enum.GetValues<Errno>()) if (errno != Errno.None) Assert.Equal(errno.ToString(), errno.Name());
        foreach (FaultKind kind in Enum.GetValues<FaultKind>()) Assert.Equal(kind.ToString(), kind.Name());
        Assert.Equal("513", ((Errno)513).Name());
    }
}
