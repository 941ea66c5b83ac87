namespace System.Runtime;

/// <summary>Known to the ahead-of-time compiler by its name: a method with a symbol of its own and no transition into the runtime, callable before that has started.</summary>
/// <param name="entry">The symbol.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RuntimeExportAttribute(string entry) : Attribute
{
    public string Entry { get; } = entry;
}
