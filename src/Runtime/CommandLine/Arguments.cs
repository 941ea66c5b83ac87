using System.Globalization;
using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>Flags and operands, as runc's command line takes them: "--name value", "--name=value", "-name", "-n value"; "--" ends the flags.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = [];
    private readonly List<string> _operands = [];

    /// <param name="flagsEndAtOperand">What follows the first operand is somebody else's: the command of exec, the options of ps.</param>
    /// <exception cref="UsageException">An unknown flag, a missing value.</exception>
    internal Arguments(Syntax syntax, ReadOnlySpan<string> arguments, bool flagsEndAtOperand)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument == "--" || argument.Length < 2 || argument[0] != '-')
            {
                bool rest = flagsEndAtOperand || argument == "--";
                if (argument != "--") _operands.Add(argument);
                if (!rest) continue;
                _operands.AddRange(arguments[(i + 1)..]);
                return;
            }
            int equals = argument.IndexOf('=');
            ReadOnlySpan<char> name = (equals < 0 ? argument : argument.AsSpan(0, equals)).TrimStart('-');
            if (name is "help" or "h")
            {
                WantsHelp = true;
                continue;
            }
            (string flag, bool takesValue) = syntax.Find(name)
                ?? throw new UsageException($"flag provided but not defined: -{name}");
            string value = "true";
            if (equals >= 0) value = argument[(equals + 1)..];
            else if (takesValue)
                value = ++i < arguments.Length ? arguments[i] : throw new UsageException($"flag needs an argument: -{name}");
            if (!_values.TryGetValue(flag, out List<string>? values)) _values[flag] = values = [];
            values.Add(value);
        }
    }

    internal IReadOnlyList<string> Operands => _operands;

    /// <summary>A program's arguments behind the container's name.</summary>
    internal IReadOnlyList<string> OperandsAfterFirst() => _operands.Count == 0 ? [] : _operands.GetRange(1, _operands.Count - 1);

    internal bool WantsHelp { get; }

    internal bool Has(string flag) => _values.TryGetValue(flag, out List<string>? values) && values[^1] != "false";

    /// <returns>Null when absent or empty.</returns>
    internal string? Value(string flag) => _values.TryGetValue(flag, out List<string>? values) && values[^1].Length > 0 ? values[^1] : null;

    internal IReadOnlyList<string> Values(string flag) => _values.TryGetValue(flag, out List<string>? values) ? values : [];

    /// <exception cref="UsageException">Not a whole number.</exception>
    internal long? Number(string flag) => Value(flag) is not { } text ? null
        : long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number
        : throw new UsageException($"invalid value \"{text}\" for flag -{flag}");

    /// <inheritdoc cref="Number(string)"/>
    internal int Count(string flag) => (int)Math.Clamp(Number(flag) ?? 0, 0, 1 << 20);
}
