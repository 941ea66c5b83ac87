using Sampan.Fuzzing;
using Sampan.Linux.Cgroups;

namespace Sampan.Linux.Tests.Cgroups;

public sealed class FuzzTests
{
    [Fact]
    public void Every_parser_of_the_kernels_files_takes_anything()
    {
        (string Sample, Action<string> Read)[] parsers =
        [
            ("some avg10=0.00 avg60=0.12 avg300=0.04 total=12345\nfull avg10=0.00 avg60=1.00 avg300=100.00 total=18446744073709551615\n", text => Pressure.Parse(text)),
            ("0-3,7,9-11,65535", text => CpuList.Parse(text)),
            ("4:memory:/user/x\n9:name=systemd:/\n0::/x\n", text => ProcessCgroup.Parse(text)),
            ("cache 1351680\nrss 0\ntotal 18446744073709551615\n", text => StatFiles.Pairs(text)),
            ("8:0 Read 12288\n8:0 Write 0\nTotal 12288\n", text => StatFiles.BlockIOV1(BlockIOTable.Serviced, text)),
            ("8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n", text => StatFiles.BlockIOV2(text)),
            ("cpu user system\n0 25032 0\n1 1 2\n", text => StatFiles.UsagePerCpu(text)),
            ("low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n", text => OomWatch.Field(text, "oom_kill")),
        ];
        Mutator mutator = new(20261121);
        foreach ((string sample, Action<string> read) in parsers)
        {
            for (int round = Mutator.Rounds(5000); round > 0; round--)
            {
                string broken = mutator.MutateText(sample);
                Exception? thrown = Record.Exception(() => read(broken));
                Assert.True(thrown is null, $"{thrown?.GetType().Name}: {thrown?.Message} on '{broken}'");
            }
        }
    }

    [Fact]
    public void Pressure_and_lists_of_cpus_are_what_the_kernel_means()
    {
        Pressure pressure = Pressure.Parse("some avg10=1.23 avg60=0.05 avg300=100.00 total=42\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n")!;
        Assert.Equal(new PressureLine(123, 5, 10_000, 42), pressure.Some);
        Assert.Equal(7UL, pressure.Full!.Value.Total);
        Assert.Null(Pressure.Parse(null));
        Assert.Equal([0UL, 1UL, 2UL, 7UL], CpuList.Parse("0-2,7\n"));
        Assert.Null(CpuList.Parse("3-1"));
        Assert.Empty(CpuList.Parse("")!);
    }
}
