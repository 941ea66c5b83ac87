namespace Sampan.Specs.Docker;

/// <summary>Go's <c>omitempty</c>: an empty text, list or map is written as if it were absent. Used in setters of
/// properties that are ignored when null, so that one rule (null = absent) holds in C#.</summary>
internal static class OmitEmpty
{
    internal static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;

    internal static IReadOnlyList<T>? List<T>(IReadOnlyList<T>? value) => value is { Count: 0 } ? null : value;

    internal static IReadOnlyDictionary<string, T>? Map<T>(IReadOnlyDictionary<string, T>? value) => value is { Count: 0 } ? null : value;
}
