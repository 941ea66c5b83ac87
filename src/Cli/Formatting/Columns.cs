using Sampan.Cli.Formatting.Templates;

namespace Sampan.Cli.Formatting;

/// <summary>One field of a list: its name in templates, its header in tables, and how it is had from a row.</summary>
internal sealed record Column<T>(string Name, string Header, Func<T, object?> Value)
{
    /// <summary>Set for a field that takes an argument, such as .Label "name"; {{json .}} leaves it out.</summary>
    public Func<T, string, object?>? WithArgument { get; init; }
}

/// <summary>The fields of one list.</summary>
internal sealed class Columns<T>(params IReadOnlyList<Column<T>> columns)
{
    private readonly Dictionary<string, Column<T>> _byName = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);

    public IFields Row(T item) => new RowFields(this, item);

    public IFields Header() => new HeaderFields(this);

    private IReadOnlyList<string> Plain => field ??=
        [.. columns.Where(column => column.WithArgument is null).Select(column => column.Name).Order(StringComparer.Ordinal)];

    private sealed class RowFields(Columns<T> table, T item) : IFields
    {
        public IReadOnlyList<string> Names => table.Plain;

        public bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
        {
            value = null;
            if (!table._byName.TryGetValue(name, out var column)) return false;
            value = column.WithArgument is { } get ? get(item, arguments.FirstOrDefault() as string ?? "") : column.Value(item);
            return true;
        }
    }

    private sealed class HeaderFields(Columns<T> table) : IFields
    {
        public IReadOnlyList<string> Names => table.Plain;

        public bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
        {
            bool known = table._byName.TryGetValue(name, out var column);
            value = !known ? null : column!.WithArgument is null ? column.Header : arguments.FirstOrDefault() as string ?? "";
            return known;
        }
    }
}
