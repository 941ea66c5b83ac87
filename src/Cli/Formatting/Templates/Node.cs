namespace Sampan.Cli.Formatting.Templates;

/// <summary>A piece of a parsed template. https://pkg.go.dev/text/template</summary>
internal abstract record Node;

internal sealed record TextNode(string Text) : Node;

/// <summary>{{pipeline}}, or {{$x := pipeline}}, which prints nothing.</summary>
internal sealed record ActionNode(Pipeline Pipeline) : Node;

internal sealed record IfNode(Pipeline Condition, IReadOnlyList<Node> Then, IReadOnlyList<Node> Else) : Node;

internal sealed record WithNode(Pipeline Value, IReadOnlyList<Node> Then, IReadOnlyList<Node> Else) : Node;

internal sealed record RangeNode(Pipeline Items, IReadOnlyList<Node> Body, IReadOnlyList<Node> Else) : Node;

/// <summary>Commands joined by |, each given the result of the one before as its last argument.</summary>
/// <param name="Variables">Names set: none, one, or for range key and value.</param>
internal sealed record Pipeline(IReadOnlyList<string> Variables, bool Declares, IReadOnlyList<CallNode> Calls);

/// <summary>An operand, or a function or field with arguments.</summary>
internal sealed record CallNode(IReadOnlyList<Operand> Words);

internal abstract record Operand;

/// <summary>.A.B, $x.A, or (pipeline).A: a start and the fields after it.</summary>
internal sealed record ChainOperand(Operand Start, IReadOnlyList<string> Fields, string Source) : Operand;

internal sealed record DotOperand : Operand;

internal sealed record VariableOperand(string Name) : Operand;

internal sealed record FunctionOperand(string Name) : Operand;

internal sealed record LiteralOperand(object? Value) : Operand;

internal sealed record PipelineOperand(Pipeline Pipeline) : Operand;
