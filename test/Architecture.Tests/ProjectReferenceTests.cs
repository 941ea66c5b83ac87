using System.Xml.Linq;

namespace Sampan.Architecture.Tests;

/// <summary>Holds the table in ARCHITECTURE.md: what each project may reference. DisableTransitiveProjectReferences makes the compiler
/// enforce what the project files say; these tests make the project files say what the table says.</summary>
public sealed class ProjectReferenceTests
{
    // The rows of ARCHITECTURE.md § Projects: | `Name` | job | `A`, `B` |
    private static Dictionary<string, HashSet<string>> Table() =>
        File.ReadAllLines(Path.Combine(Checkout.Root, "ARCHITECTURE.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 5 && cells[1].StartsWith('`') && cells[1].EndsWith('`'))
            .ToDictionary(cells => cells[1].Trim('`'),
                cells => cells[3].Split(',', StringSplitOptions.TrimEntries).Select(name => name.Trim('`')).Where(name => name is not ("–" or "")).ToHashSet());

    private static Dictionary<string, HashSet<string>> Projects() =>
        Checkout.Files("src", "*.csproj").ToDictionary(path => Path.GetFileNameWithoutExtension(path)!, path =>
            XDocument.Load(path).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)!).ToHashSet());

    [Fact]
    public void Every_project_is_a_row_of_the_table_and_every_row_a_project() =>
        Assert.Equal(Table().Keys.Order(), Projects().Keys.Order());

    [Fact]
    public void A_project_references_only_what_its_row_allows()
    {
        Dictionary<string, HashSet<string>> table = Table();
        var wrong = from project in Projects()
                    from reference in project.Value
                    where reference is not ("Specs" or "Faults") && !table[project.Key].Contains(reference)
                    select $"{project.Key} → {reference}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void References_form_no_cycle()
    {
        Dictionary<string, HashSet<string>> projects = Projects();
        var left = projects.ToDictionary(p => p.Key, p => p.Value.ToHashSet());
        while (left.Where(p => p.Value.Count == 0).Select(p => p.Key).ToList() is { Count: > 0 } leaves)
        {
            leaves.ForEach(leaf => left.Remove(leaf));
            foreach (HashSet<string> references in left.Values) references.ExceptWith(leaves);
        }
        Assert.Empty(left.Keys);
    }

    [Fact]
    public void No_project_has_a_name_that_says_nothing() =>
        Assert.DoesNotContain(Projects().Keys, name => name is "Common" or "Core" or "Utils" or "Helpers" or "Shared");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Checkout.Root, "Sampan.slnx"));
        var missing = Checkout.Files("src", "*.csproj").Concat(Checkout.Files("test", "*.csproj")).Select(Checkout.Relative)
            .Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
