using Sampan.Linux;

namespace Sampan.Cli.Tests;

public sealed class StandardStreamTests
{
    [Fact]
    public void Output_into_a_file_that_others_write_too_overwrites_nothing()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenHandle(path, FileMode.Truncate, FileAccess.Write))
            using (var ours = StandardStream.Open(file.Fd(), FileAccess.Write))
            {
                ours.Write("one "u8);
                Files.WriteAll(file, "two "u8, path);   // as a shell's echo with the same descriptor
                ours.Write("three"u8);
            }
            Assert.Equal("one two three", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_reader_that_has_gone_ends_the_program_as_sigpipe_would()
    {
        var (reader, writer) = Files.Pipe();
        using (writer)
        {
            reader.Dispose();
            using var ours = StandardStream.Open(writer.Fd(), FileAccess.Write);

            Assert.Equal(141, Assert.Throws<CommandFailedException>(() => ours.Write("x"u8)).ExitCode);
        }
    }
}
