using System.Text;
using Sampan.Cli.Engines;
using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>The list of commands.</summary>
internal static class CatalogueHelp
{
    private static readonly string[] Common = ["run", "exec", "ps", "pull", "images", "version", "info"];

    public static string Of(string program, int columns)
    {
        var commands = CommandCatalogue.All.Where(entry => entry.Short is not null).Select(entry => (Name: entry.Short!, entry.Define().Summary)).ToList();
        if (program == "sampan") commands.Add(("daemon", "Serve the Docker Engine API on a socket: sampan daemon --help"));
        var text = new StringBuilder($"Usage:  {program} [OPTIONS] COMMAND\n\nContainers, made by one small native program\n\nCommon Commands:\n");
        foreach (string name in Common) Append(text, commands.Single(command => command.Name == name));
        text.Append("\nManagement Commands:\n");
        foreach (var group in CommandCatalogue.Groups) Append(text, group);
        text.Append("\nCommands:\n");
        foreach (var command in commands.Where(command => !Common.Contains(command.Name)).OrderBy(command => command.Name, StringComparer.Ordinal)) Append(text, command);
        text.Append("\nGlobal Options:\n").Append(HelpText.Table(GlobalOptions.All, columns - 1));
        return text.Append($"\nRun '{program} COMMAND --help' for more information on a command.\n").ToString();
    }

    public static string OfGroup(string group, string program)
    {
        var text = new StringBuilder($"Usage:  {program} {group} COMMAND\n\nCommands:\n");
        foreach (var entry in CommandCatalogue.All.Where(entry => entry.Group == group)) Append(text, (entry.Name, entry.Define().Summary));
        return text.Append($"\nRun '{program} {group} COMMAND --help' for more information on a command.\n").ToString();
    }

    private static void Append(StringBuilder text, (string Name, string Summary) command) => text.Append($"  {command.Name,-12}{command.Summary}\n");
}
