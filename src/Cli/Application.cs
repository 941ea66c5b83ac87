using System.Net.Sockets;
using Sampan.Cli.Engines;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli;

/// <summary>The command line: global options, the command's words, its options, its action, and how errors are said.</summary>
public static class Application
{
    private const int GeneralFault = 1;

    /// <param name="program">Name in messages: the last part of argv[0].</param>
    /// <returns>The exit code of the process.</returns>
    public static Task<int> RunAsync(string program, string[] line, CancellationToken ct) => RunAsync(line, Surroundings.OfProcess(program), ct);

    internal static async Task<int> RunAsync(string[] line, Surroundings surroundings, CancellationToken ct)
    {
        var output = surroundings.Output;
        try
        {
            return await DispatchAsync(line, surroundings, ct);
        }
        catch (CommandFailedException failure)
        {
            if (failure.Message.Length > 0) output.WriteErrorLine(failure.Message);
            return failure.ExitCode;
        }
        catch (EngineException refusal)
        {
            output.WriteErrorLine("Error response from daemon: " + refusal.Message);
            return GeneralFault;
        }
        catch (FaultException fault)
        {
            output.WriteErrorLine(fault.Message);
            return GeneralFault;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SocketException)
        {
            output.WriteErrorLine(failure.Message);
            return GeneralFault;
        }
        finally
        {
            surroundings.Engine?.Dispose();
        }
    }

    private static async Task<int> DispatchAsync(string[] line, Surroundings surroundings, CancellationToken ct)
    {
        string program = surroundings.Program;
        var output = surroundings.Output;
        ParsedOptions globals;
        bool help;
        try
        {
            globals = new OptionParser(GlobalOptions.All, interspersed: false).Parse(line, out help);
        }
        catch (UsageException wrong)
        {
            output.WriteErrorLine($"{wrong.Message}\n\nUsage:  {program} [OPTIONS] COMMAND [ARG...]\n\nRun '{program} --help' for more information");
            return wrong.ExitCode;
        }
        if (help) return WriteHelp(surroundings, []);
        if (globals.Get(GlobalOptions.Version))
        {
            output.WriteLine($"Sampan version {ProgramVersion.Text}");
            return 0;
        }
        var words = globals.Arguments;
        if (words.Count == 0) return WriteHelp(surroundings, []);
        if (words[0] == "help") return WriteHelp(surroundings, [.. words.Skip(1)]);
        var command = CommandCatalogue.Find(words, out int used);
        if (command is null) return RefuseUnknown(surroundings, words);
        surroundings.ConfigFolder = ConfigFolder(globals, surroundings);
        surroundings.Engine = EngineChoice.Make(globals, surroundings.Variable);
        return await InvokeAsync(command, [.. words.Skip(used)], surroundings, ct);
    }

    private static string ConfigFolder(ParsedOptions globals, Surroundings surroundings)
    {
        if (globals.Get(GlobalOptions.Config) is { Length: > 0 } given) return given;
        return surroundings.Variable("DOCKER_CONFIG") is { Length: > 0 } folder ? folder : Path.Combine(surroundings.Variable("HOME") ?? "/root", ".docker");
    }

    private static async Task<int> InvokeAsync(Command command, string[] rest, Surroundings surroundings, CancellationToken ct)
    {
        string program = surroundings.Program, full = $"{program} {command.Name}";
        var output = surroundings.Output;
        ParsedOptions options;
        try
        {
            options = new OptionParser(command.Options, command.Interspersed).Parse(rest, out bool help);
            if (help)
            {
                output.Write(HelpText.Of(command, program, surroundings.Columns));
                return 0;
            }
        }
        catch (UsageException wrong)
        {
            output.WriteErrorLine($"{wrong.Message}\n\nUsage:  {full} {command.Synopsis}\n\nRun '{full} --help' for more information");
            return wrong.ExitCode;
        }
        if (command.Arguments.Judge(options.Arguments.Count) is { } complaint)
        {
            string verb = command.Arguments.Most == int.MaxValue ? "See" : "Run";   // docker says it so
            output.WriteErrorLine($"{program}: '{full}' {complaint}\n\nUsage:  {full} {command.Synopsis}\n\n{verb} '{full} --help' for more information");
            return GeneralFault;
        }
        return await command.Run(new Invocation(command, options, surroundings), ct);
    }

    private static int WriteHelp(Surroundings surroundings, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            surroundings.Output.Write(CatalogueHelp.Of(surroundings.Program, surroundings.Columns));
            return 0;
        }
        var command = CommandCatalogue.Find(words, out _);
        if (command is null) return RefuseUnknown(surroundings, words);
        surroundings.Output.Write(HelpText.Of(command, surroundings.Program, surroundings.Columns));
        return 0;
    }

    private static int RefuseUnknown(Surroundings surroundings, IReadOnlyList<string> words)
    {
        string program = surroundings.Program;
        if (CommandCatalogue.Group(words[0]) is { } group && words.Count == 1)
        {
            surroundings.Output.Write(CatalogueHelp.OfGroup(group, program));
            return 0;
        }
        string full = CommandCatalogue.Group(words[0]) is null ? words[0] : $"{words[0]} {words[1]}";
        surroundings.Output.WriteErrorLine(CommandCatalogue.IsDockers(full)
            ? $"{program}: '{program} {full}' is not supported yet\n\nRun '{program} --help' for the commands that are"
            : $"{program}: unknown command: {program} {full}\n\nRun '{program} --help' for more information");
        return GeneralFault;
    }
}
