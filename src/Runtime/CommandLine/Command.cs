using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>One command: its name, its <see cref="Syntax"/>, and what it does.</summary>
internal sealed record Command(string Name, string Text, Func<GlobalOptions, Arguments, int> Action)
{
    /// <summary>How many operands it takes.</summary>
    internal int Operands { get; init; } = 1;

    /// <summary>Operands from the first on are somebody else's; more than <see cref="Operands"/> are fine.</summary>
    internal bool TakesCommand { get; init; }

    /// <summary>Operands beyond <see cref="Operands"/> that may be left out.</summary>
    internal int OptionalOperands { get; init; }

    internal int Run(GlobalOptions global)
    {
        Syntax syntax = new(Name, Text);
        Arguments arguments = new(syntax, global.CommandArguments, TakesCommand);
        if (arguments.WantsHelp) return HelpCommand.Show(syntax);
        int given = arguments.Operands.Count;
        if (TakesCommand ? given < Operands : given < Operands || given > Operands + OptionalOperands)
            throw new UsageException($"{GlobalOptions.ProgramName}: \"{Name}\" requires {(TakesCommand || OptionalOperands > 0 ? "a minimum of" : "exactly")} {Operands} argument(s)");
        if (Operands > 0 && arguments.Operands[0].Length == 0) throw new FaultException(FaultKind.InvalidArgument, "container id cannot be empty");
        return Action(global, arguments);
    }
}
