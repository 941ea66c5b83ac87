using Sampan.Cli.Grammar;

namespace Sampan.Cli.Tests.Grammar;

public sealed class OptionTableTests
{
    public static TheoryData<string> Commands => [.. Golden.Names("grammar", ".txt")];

    [Theory, MemberData(nameof(Commands))]
    public void A_command_has_the_options_of_dockers_with_the_same_letters_and_types(string name)
    {
        string[] golden = Golden.Read($"grammar/{name}.txt").TrimEnd('\n').Split('\n');
        var command = CommandCatalogue.Find([name], out _)!;

        Assert.Equal(golden[0], $"{command.Name} {command.Synopsis}");
        Assert.Equal(golden[1..].Order(StringComparer.Ordinal), command.Options.Where(option => !option.Hidden).Select(Spell).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Commands))]
    public async Task Help_names_every_option_and_says_what_it_means(string name)
    {
        var result = await CommandLine.RunAsync([name, "--help"]);

        Assert.Equal(0, result.ExitCode);
        var command = CommandCatalogue.Find([name], out _)!;
        Assert.StartsWith($"Usage:  docker {command.Name} {command.Synopsis}\n\n{command.Summary}\n", result.Out, StringComparison.Ordinal);
        foreach (var option in command.Options.Where(option => !option.Hidden))
            Assert.Matches($@"(?m)^  (-\w,|   ) --{option.Name}( [a-z0-9-]+)?  +\S", result.Out);
        Assert.DoesNotContain(result.Out.Split('\n'), line => line.Length > 80);
    }

    [Fact]
    public async Task The_list_of_commands_names_each_of_them()
    {
        var result = await CommandLine.RunAsync([]);

        foreach (string name in Golden.Names("grammar", ".txt")) Assert.Matches($@"(?m)^  {name} +\S", result.Out);
    }

    private static string Spell(Option option) =>
        (option.Shorthand == '\0' ? "" : $"-{option.Shorthand} ") + $"--{option.Name}" + (option.Type.Length == 0 ? "" : " " + option.Type);
}
