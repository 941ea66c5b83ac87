using System.Text.RegularExpressions;

namespace Sampan.Architecture.Tests;

/// <summary>Documents that name files, types or dependencies name ones that exist.</summary>
public sealed partial class DocumentTests
{
    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Checkout.Root, "*.md").Concat(Checkout.Files("docs", "*.md"));

    [Fact]
    public void Every_relative_link_leads_to_a_file()
    {
        var broken = from document in Documents()
                     from Match link in Link().Matches(File.ReadAllText(document))
                     let target = link.Groups[1].Value
                     where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
                     where !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target))
                     select $"{Checkout.Relative(document)}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_name_a_flow_quotes_is_found_in_the_sources()
    {
        // Types, members and the words of Docker's and containerd's APIs alike: what is in no source file is a name that rotted.
        HashSet<string> words = [.. Checkout.Files("src", "*.cs").SelectMany(path => Word().Matches(File.ReadAllText(path)).Select(m => m.Value))];
        var unknown = from document in Checkout.Files("docs/flows", "*.md")
                      from Match name in QuotedName().Matches(File.ReadAllText(document))
                      where !words.Contains(name.Groups[1].Value)
                      select $"{Checkout.Relative(document)}: {name.Value}";
        Assert.Empty(unknown.Distinct());
    }

    [Fact]
    public void Every_package_has_its_line_in_dependencies()
    {
        string page = File.ReadAllText(Path.Combine(Checkout.Root, "docs/dependencies.md"));
        var missing = Package().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "Directory.Packages.props")))
            .Select(m => m.Groups[1].Value).Where(name => !page.Contains(name, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_test_the_specification_cites_exists()
    {
        string tests = string.Join('\n', Checkout.Files("test", "*.cs").Select(File.ReadAllText));
        var missing = CitedTest().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "SPECIFICATION.md")))
            .Select(m => m.Groups[1].Value).Where(name => !tests.Contains(name + "(", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([A-Z][a-z]+[A-Za-z0-9]*)(?:\.[A-Za-z]+)*`")]
    private static partial Regex QuotedName();

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]*\b")]
    private static partial Regex Word();

    [GeneratedRegex("PackageVersion Include=\"([^\"]+)\"")]
    private static partial Regex Package();

    [GeneratedRegex(@"test:`([A-Za-z0-9_]+)`")]
    private static partial Regex CitedTest();
}
