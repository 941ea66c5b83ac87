namespace Sampan.Cli.Grammar;

/// <summary>What was given: option values, and the arguments that are no options.</summary>
internal sealed class ParsedOptions(IReadOnlyDictionary<Option, object> values, IReadOnlyList<string> arguments)
{
    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>The value given, or the option's default.</summary>
    public T Get<T>(Option<T> option) => values.TryGetValue(option, out object? value) ? (T)value : option.Default;

    /// <summary>True when the option was given, even with its default value.</summary>
    public bool Has(Option option) => values.ContainsKey(option);
}
