using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>Flags and operands, as runc's command line takes them: "--name value", "--name=value", "-n value"; flags end at the first operand or "--".</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = [];

    /// <param name="flags">Names without dashes, a short name after '|', '=' at the end when a value follows: "bundle|b=", "detach|d".</param>
    /// <exception cref="FaultException">InvalidArgument: an unknown flag, a missing or superfluous value.</exception>
    internal Arguments(string command, ReadOnlySpan<string> arguments, params ReadOnlySpan<string> flags)
    {
        int i = 0;
        for (; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument == "--")
            {
                i++;
                break;
            }
            if (argument.Length < 2 || argument[0] != '-') break;
            int equals = argument.IndexOf('=');
            string name = (equals < 0 ? argument : argument[..equals]).TrimStart('-');
            (string flag, bool takesValue) = Find(name, flags)
                ?? throw new FaultException(FaultKind.InvalidArgument, $"{command}: flag provided but not defined: {argument}");
            string value = "true";
            if (equals >= 0) value = argument[(equals + 1)..];
            else if (takesValue)
                value = ++i < arguments.Length ? arguments[i] : throw new FaultException(FaultKind.InvalidArgument, $"{command}: flag needs an argument: {argument}");
            if (!_values.TryGetValue(flag, out List<string>? values)) _values[flag] = values = [];
            values.Add(value);
        }
        Operands = arguments[i..].ToArray();
    }

    internal IReadOnlyList<string> Operands { get; }

    internal bool Has(string flag) => _values.TryGetValue(flag, out List<string>? values) && values[^1] != "false";

    internal string? Value(string flag) => _values.TryGetValue(flag, out List<string>? values) ? values[^1] : null;

    internal IReadOnlyList<string> Values(string flag) => _values.TryGetValue(flag, out List<string>? values) ? values : [];

    /// <exception cref="FaultException">InvalidArgument: not a whole number.</exception>
    internal long? Number(string flag) => Value(flag) is not { } text ? null
        : long.TryParse(text, out long number) ? number : throw new FaultException(FaultKind.InvalidArgument, $"invalid value \"{text}\" for flag -{flag}");

    /// <exception cref="FaultException">InvalidArgument: not exactly so many.</exception>
    internal void RequireOperands(string command, int count)
    {
        if (Operands.Count != count)
            throw new FaultException(FaultKind.InvalidArgument, $"\"sampan-runtime {command}\" requires exactly {count} argument(s)");
    }

    private static (string Flag, bool TakesValue)? Find(string name, ReadOnlySpan<string> flags)
    {
        foreach (string flag in flags)
        {
            bool takesValue = flag.EndsWith('=');
            string names = takesValue ? flag[..^1] : flag;
            foreach (string one in names.Split('|'))
                if (one == name) return (names.Split('|')[0], takesValue);
        }
        return null;
    }
}
