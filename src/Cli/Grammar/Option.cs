namespace Sampan.Cli.Grammar;

/// <summary>One row of a command's option table: how it is written, what it takes, what it means.</summary>
internal abstract class Option(string name, char shorthand, string type, string help)
{
    /// <summary>Long name without dashes.</summary>
    public string Name => name;

    /// <summary>The one-letter form, or '\0' when there is none.</summary>
    public char Shorthand => shorthand;

    /// <summary>Word after the name in the help: "list", "string"; empty for a switch.</summary>
    public string Type => type;

    public string Help => help;

    /// <summary>What the help shows as "(default …)"; null when it shows nothing.</summary>
    public string? DefaultText { get; init; }

    /// <summary>Accepted, and not in the help: an older spelling.</summary>
    public bool Hidden { get; init; }

    /// <summary>Known in docker's grammar and refused by name when given.</summary>
    public bool Unsupported { get; init; }

    /// <summary>What a bare "--name" means. Null when a value must follow.</summary>
    public string? BareValue { get; init; }

    /// <summary>The option another spelling stands for; values are kept under it.</summary>
    public Option Canonical => AliasOf ?? this;

    public Option? AliasOf { get; init; }

    /// <summary>"-d, --detach", as error messages quote it.</summary>
    public string Spelling => shorthand == '\0' ? $"--{name}" : $"-{shorthand}, --{name}";

    /// <summary>The value so far (null when none was given) and one more text, made into the new value.</summary>
    /// <exception cref="FormatException">The text is no value of this option; the message says why.</exception>
    public abstract object Accept(object? current, string text);
}

/// <summary>An option whose value is a <typeparamref name="T"/>.</summary>
internal sealed class Option<T>(string name, char shorthand, string type, T defaultValue, Func<T, string, T> accept, string help)
    : Option(name, shorthand, type, help)
{
    public T Default => defaultValue;

    public override object Accept(object? current, string text) => accept(current is null ? defaultValue : (T)current, text)!;
}
