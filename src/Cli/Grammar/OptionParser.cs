namespace Sampan.Cli.Grammar;

/// <summary>Reads a command line by the POSIX/GNU rules of docker's flag parser (pflag): -it bundles, -p8080:80 and -p=8080:80,
/// --name x and --name=x, -- ends the options. System.CommandLine speaks another dialect: docs/adr/cli-option-parser.</summary>
internal sealed class OptionParser(IReadOnlyList<Option> options, bool interspersed)
{
    private const int OptionFault = 125;
    private readonly Dictionary<Option, object> _values = [];
    private readonly List<string> _arguments = [];

    /// <param name="help">Set when --help was given; the rest is then not judged.</param>
    /// <exception cref="UsageException">Unknown option, missing or wrong value, or an option that is not supported yet.</exception>
    public ParsedOptions Parse(ReadOnlySpan<string> line, out bool help)
    {
        help = false;
        for (int at = 0; at < line.Length; at++)
        {
            string word = line[at];
            if (word == "--")
            {
                _arguments.AddRange(line[(at + 1)..]);
                break;
            }
            if (word.Length < 2 || word[0] != '-')
            {
                _arguments.Add(word);
                if (interspersed) continue;
                _arguments.AddRange(line[(at + 1)..]);
                break;
            }
            if (word is "--help")
            {
                help = true;
                break;
            }
            if (word[1] == '-') ParseLong(word, line, ref at);
            else if (ParseBundle(word, line, ref at))
            {
                help = true;
                break;
            }
        }
        return new ParsedOptions(_values, _arguments);
    }

    private void ParseLong(string word, ReadOnlySpan<string> line, ref int at)
    {
        int equals = word.IndexOf('=');
        string name = equals < 0 ? word[2..] : word[2..equals];
        if (name.Length == 0 || name[0] is '-' or '=') throw new UsageException($"bad flag syntax: {word}", OptionFault);
        var option = Find(name) ?? throw new UsageException($"unknown flag: --{name}", OptionFault);
        string? value = equals >= 0 ? word[(equals + 1)..] : option.BareValue;
        if (value is null)
        {
            if (++at >= line.Length) throw new UsageException($"flag needs an argument: --{name}", OptionFault);
            value = line[at];
        }
        Accept(option, value);
    }

    /// <returns>True for "-h" where the command has no -h of its own: help.</returns>
    private bool ParseBundle(string word, ReadOnlySpan<string> line, ref int at)
    {
        for (int i = 1; i < word.Length; i++)
        {
            var option = Find(word[i]);
            if (option is null)
            {
                if (word[i] == 'h') return true;
                throw new UsageException($"unknown shorthand flag: '{word[i]}' in -{word[i..]}", OptionFault);
            }
            bool last = i == word.Length - 1;
            if (!last && word[i + 1] == '=')
            {
                Accept(option, word[(i + 2)..]);
                return false;
            }
            if (option.BareValue is { } bare)
            {
                Accept(option, bare);
                continue;
            }
            if (last && ++at >= line.Length)
                throw new UsageException($"flag needs an argument: '{word[i]}' in -{word[i..]}", OptionFault);
            Accept(option, last ? line[at] : word[(i + 1)..]);
            return false;
        }
        return false;
    }

    private void Accept(Option option, string text)
    {
        if (option.Unsupported)
            throw new UsageException($"the option --{option.Name} is not supported yet", OptionFault);
        var key = option.Canonical;
        try
        {
            _values[key] = option.Accept(_values.GetValueOrDefault(key), text);
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"invalid argument {Quoted.Of(text)} for {Quoted.Of(option.Spelling)} flag: {wrong.Message}", OptionFault);
        }
    }

    private Option? Find(string name)
    {
        foreach (var option in options)
            if (option.Name == name) return option;
        return null;
    }

    private Option? Find(char shorthand)
    {
        foreach (var option in options)
            if (option.Shorthand == shorthand) return option;
        return null;
    }
}
