namespace Sampan.Architecture.Tests;

/// <summary>House rules that no analyzer of the SDK holds.</summary>
public sealed class SourceTests
{
    [Fact]
    public void No_todo_is_left_in_the_sources()
    {
        var left = from path in Checkout.Files("src", "*.cs")
                   from line in File.ReadAllLines(path)
                   where line.Contains("TODO", StringComparison.Ordinal) || line.Contains("FIXME", StringComparison.Ordinal)
                   select $"{Checkout.Relative(path)}: {line.Trim()}";
        Assert.Empty(left);
    }

    [Fact]
    public void No_source_file_has_more_than_700_lines()
    {
        // style.md 2: past 400 look for the missing type. Tables of system call numbers are data.
        var long_ = from path in Checkout.Files("src", "*.cs")
                    where !path.Contains("Table", StringComparison.Ordinal) && !path.Contains("Numbers", StringComparison.Ordinal)
                    let lines = File.ReadLines(path).Count()
                    where lines > 700
                    select $"{Checkout.Relative(path)}: {lines}";
        Assert.Empty(long_);
    }

    [Fact]
    public void No_file_names_a_path_of_the_machine_it_was_written_on()
    {
        var named = from path in Checkout.Files("src", "*.cs").Concat(Checkout.Files("test", "*.cs")).Concat(Checkout.Files("docs", "*.md")).Concat(Checkout.Files("eng", "*"))
                    where File.ReadAllText(path).Contains(Checkout.Root + "/", StringComparison.Ordinal)
                    select Checkout.Relative(path);
        Assert.Empty(named);
    }
}
