using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Formatting.Templates;

/// <summary>A --format template: the part of Go's text/template that docker's users write. Actions, pipelines, variables,
/// if, with, range, the functions of <see cref="Functions"/>; no nested templates.</summary>
internal sealed class GoTemplate
{
    private readonly IReadOnlyList<Node> _nodes;

    private GoTemplate(IReadOnlyList<Node> nodes) => _nodes = nodes;

    /// <exception cref="TemplateException">Malformed.</exception>
    public static GoTemplate Parse(string source) => new(Parser.Parse(source));

    /// <param name="header">True to render a table's header: functions leave their input as it is.</param>
    /// <exception cref="TemplateException">A field or function that is not there.</exception>
    public string Execute(object? data, bool header = false)
    {
        var run = new Run(data, header);
        run.Execute(_nodes, data);
        return run.Output.ToString();
    }

    private sealed class Run(object? root, bool header)
    {
        private readonly List<(string Name, object? Value)> _variables = [("$", root)];

        public StringBuilder Output { get; } = new();

        public void Execute(IReadOnlyList<Node> nodes, object? dot)
        {
            int scope = _variables.Count;
            foreach (var node in nodes) Execute(node, dot);
            _variables.RemoveRange(scope, _variables.Count - scope);
        }

        private void Execute(Node node, object? dot)
        {
            switch (node)
            {
                case TextNode text:
                    Output.Append(text.Text);
                    break;
                case ActionNode action:
                    object? value = Evaluate(action.Pipeline, dot);
                    if (action.Pipeline.Variables.Count == 0) Output.Append(Value.Print(value));
                    break;
                case IfNode choice:
                    Scoped(choice.Condition, dot, condition => Execute(Value.IsTrue(condition) ? choice.Then : choice.Else, dot));
                    break;
                case WithNode with:
                    Scoped(with.Value, dot, inner => Execute(Value.IsTrue(inner) ? with.Then : with.Else, Value.IsTrue(inner) ? inner : dot));
                    break;
                case RangeNode range:
                    ExecuteRange(range, dot);
                    break;
            }
        }

        private void Scoped(Pipeline pipeline, object? dot, Action<object?> body)
        {
            int scope = _variables.Count;
            body(Evaluate(pipeline, dot));
            _variables.RemoveRange(scope, _variables.Count - scope);
        }

        private void ExecuteRange(RangeNode range, object? dot)
        {
            object? items = Evaluate(range.Items with { Variables = [] }, dot);
            int count = 0;
            foreach (var (key, item) in Enumerate(items))
            {
                count++;
                int scope = _variables.Count;
                var names = range.Items.Variables;
                if (names.Count == 1) _variables.Add((names[0], item));
                if (names.Count == 2) _variables.AddRange([(names[0], key), (names[1], item)]);
                Execute(range.Body, item);
                _variables.RemoveRange(scope, _variables.Count - scope);
            }
            if (count == 0) Execute(range.Else, dot);
        }

        private static IEnumerable<(object? Key, object? Item)> Enumerate(object? items) => items switch
        {
            null => [],
            long count => Enumerable.Range(0, (int)count).Select(i => ((object?)(long)i, (object?)(long)i)),
            IReadOnlyList<object?> list => list.Select((item, i) => ((object?)(long)i, item)),
            JsonElement { ValueKind: JsonValueKind.Array } array => array.EnumerateArray().Select((item, i) => ((object?)(long)i, Value.Of(item))),
            JsonElement { ValueKind: JsonValueKind.Object } map => map.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal)
                .Select(member => ((object?)member.Name, Value.Of(member.Value))),
            _ => throw new TemplateException($"template: :1: range can't iterate over {Value.Print(items)}"),
        };

        private object? Evaluate(Pipeline pipeline, object? dot)
        {
            object? value = null;
            for (int i = 0; i < pipeline.Calls.Count; i++) value = Call(pipeline.Calls[i], dot, i > 0, value);
            value = Value.Simplify(value);
            if (pipeline.Variables is [var name]) Set(name, value, pipeline.Declares);
            return value;
        }

        private void Set(string name, object? value, bool declares)
        {
            int at = declares ? -1 : _variables.FindLastIndex(variable => variable.Name == name);
            if (at >= 0) _variables[at] = (name, value);
            else if (declares) _variables.Add((name, value));
            else throw new TemplateException($"template: :1: undefined variable {Grammar.Quoted.Of(name)}");
        }

        private object? Call(CallNode call, object? dot, bool piped, object? previous)
        {
            var arguments = call.Words.Skip(1).Select(word => Evaluate(word, dot, [])).ToList();
            if (piped) arguments.Add(previous);
            if (call.Words[0] is not FunctionOperand function) return Evaluate(call.Words[0], dot, arguments);
            if (function.Name is "and" or "or")   // the only ones that do not need all of their arguments
                return arguments.FirstOrDefault(argument => Value.IsTrue(argument) == (function.Name == "or"), arguments.LastOrDefault());
            return header && Functions.LeavesHeader(function.Name) ? (piped ? previous : arguments.FirstOrDefault(argument => argument is string))
                : Functions.Call(function.Name, arguments);
        }

        private object? Evaluate(Operand operand, object? dot, IReadOnlyList<object?> arguments)
        {
            switch (operand)
            {
                case DotOperand: return dot;
                case LiteralOperand literal: return literal.Value;
                case PipelineOperand inner: return Evaluate(inner.Pipeline, dot);
                case FunctionOperand function: return Functions.Call(function.Name, arguments);
                case VariableOperand variable:
                    int at = _variables.FindLastIndex(known => known.Name == variable.Name);
                    return at >= 0 ? _variables[at].Value : throw new TemplateException($"template: :1: undefined variable {Grammar.Quoted.Of(variable.Name)}");
                case ChainOperand chain:
                    object? value = Evaluate(chain.Start, dot, []);
                    for (int i = 0; i < chain.Fields.Count; i++)
                        value = Field(value, chain.Fields[i], i == chain.Fields.Count - 1 ? arguments : [], chain.Source);
                    return value;
                default: throw new InvalidOperationException(operand.ToString());
            }
        }

        private static object? Field(object? value, string name, IReadOnlyList<object?> arguments, string source)
        {
            switch (value)
            {
                case IFields fields when fields.TryGet(name, arguments, out object? field): return field;
                case IFields: throw new TemplateException($"template: :1:2: executing \"\" at <{source}>: can't evaluate field {name}");
                case JsonElement { ValueKind: JsonValueKind.Object } map:
                    if (map.TryGetProperty(name, out var member)) return Value.Of(member);
                    // Go's field names differ from the JSON by case only: .ID is "Id", .DNS is "Dns".
                    foreach (var property in map.EnumerateObject())
                        if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return Value.Of(property.Value);
                    throw new TemplateException($"template: :1:2: executing \"\" at <{source}>: map has no entry for key {Grammar.Quoted.Of(name)}");
                case null: throw new TemplateException($"template: :1:2: executing \"\" at <{source}>: nil pointer evaluating interface {{}}.{name}");
                default: throw new TemplateException($"template: :1:2: executing \"\" at <{source}>: can't evaluate field {name} in type interface {{}}");
            }
        }
    }
}
