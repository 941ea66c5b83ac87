using System.Globalization;

namespace Sampan.Cli.Formatting.Templates;

/// <summary>Text with {{actions}} into nodes.</summary>
internal sealed class Parser(string source)
{
    private static readonly string[] Blocks = ["if", "range", "with"];
    private int _at;
    private string _ended = "";   // the keyword that ended the list being read: "end", "else", "else if …"; empty for the end of the text

    public static IReadOnlyList<Node> Parse(string source)
    {
        var parser = new Parser(source);
        var nodes = parser.ReadList();
        return parser._ended.Length == 0 ? nodes : throw new TemplateException($"template: :1: unexpected {{{{{parser._ended}}}}}");
    }

    private List<Node> ReadList()
    {
        var nodes = new List<Node>();
        while (_at < source.Length)
        {
            int open = source.IndexOf("{{", _at, StringComparison.Ordinal);
            string text = open < 0 ? source[_at..] : source[_at..open];
            bool trimAfter = _at >= 4 && source.AsSpan(0, _at).EndsWith("-}}") && char.IsWhiteSpace(source[_at - 4]);
            if (trimAfter) text = text.TrimStart();
            if (open < 0)
            {
                _at = source.Length;
                Add(nodes, text);
                break;
            }
            int close = FindClose(open + 2);
            string action = source[(open + 2)..close];
            _at = close + 2;
            if (action.Length > 1 && action[0] == '-' && char.IsWhiteSpace(action[1]))
            {
                action = action[1..];
                text = text.TrimEnd();
            }
            if (action.Length > 1 && action[^1] == '-' && char.IsWhiteSpace(action[^2])) action = action[..^1];
            Add(nodes, text);
            action = action.Trim();
            if (action.StartsWith("/*", StringComparison.Ordinal)) continue;
            string keyword = KeywordOf(action);
            if (keyword is "end" or "else")
            {
                _ended = action;
                return nodes;
            }
            if (keyword is "define" or "template" or "block" or "break" or "continue")
                throw new TemplateException($"template: :1: {{{{{keyword}}}}} is not supported yet");
            nodes.Add(Array.IndexOf(Blocks, keyword) >= 0 ? ReadBlock(keyword, action[keyword.Length..]) : new ActionNode(ActionParser.Parse(action)));
        }
        _ended = "";
        return nodes;
    }

    private Node ReadBlock(string keyword, string rest)
    {
        var pipeline = ActionParser.Parse(rest);
        var then = ReadList();
        IReadOnlyList<Node> otherwise = [];
        if (KeywordOf(_ended) == "else")
        {
            string tail = _ended["else".Length..].Trim();
            if (tail.Length > 0)
            {
                string inner = KeywordOf(tail);
                otherwise = [ReadBlock(inner, tail[inner.Length..])];   // {{else if}}: its {{end}} ends this block too
                return Make(keyword, pipeline, then, otherwise);
            }
            otherwise = ReadList();
        }
        if (_ended != "end") throw new TemplateException("template: :1: unexpected EOF");
        return Make(keyword, pipeline, then, otherwise);
    }

    private static Node Make(string keyword, Pipeline pipeline, IReadOnlyList<Node> then, IReadOnlyList<Node> otherwise) => keyword switch
    {
        "if" => new IfNode(pipeline, then, otherwise),
        "with" => new WithNode(pipeline, then, otherwise),
        "range" => new RangeNode(pipeline, then, otherwise),
        _ => throw new TemplateException($"template: :1: unexpected <{keyword}> in else"),
    };

    private int FindClose(int from)
    {
        for (int at = from; at < source.Length; at++)
        {
            if (source[at] is '"' or '`')
            {
                char quote = source[at];
                for (at++; at < source.Length && source[at] != quote; at++)
                    if (quote == '"' && source[at] == '\\') at++;
            }
            else if (source[at] == '}' && at + 1 < source.Length && source[at + 1] == '}') return at;
        }
        throw new TemplateException("template: :1: unclosed action");
    }

    private static string KeywordOf(string action)
    {
        int end = 0;
        while (end < action.Length && char.IsAsciiLetter(action[end])) end++;
        return action[..end];
    }

    private static void Add(List<Node> nodes, string text)
    {
        if (text.Length > 0) nodes.Add(new TextNode(text));
    }
}

/// <summary>The inside of one action into a pipeline.</summary>
internal sealed class ActionParser
{
    private readonly List<Token> _tokens;
    private int _at;

    private ActionParser(string action) => _tokens = new Lexer(action).All();

    public static Pipeline Parse(string action)
    {
        var parser = new ActionParser(action);
        var pipeline = parser.ReadPipeline();
        if (parser.Peek.Kind != TokenKind.End) throw new TemplateException($"template: :1: unexpected {Grammar.Quoted.Of(parser.Peek.Text)} in command");
        return pipeline;
    }

    private Token Peek => _tokens[_at];

    private Token Take() => _tokens[_at++];

    private Pipeline ReadPipeline()
    {
        var variables = new List<string>();
        bool declares = false;
        int start = _at;
        while (Peek.Kind == TokenKind.Variable)
        {
            variables.Add(Take().Text);
            if (Peek.Kind == TokenKind.Comma)
            {
                _at++;
                continue;
            }
            if (Peek.Kind is TokenKind.Declare or TokenKind.Assign)
            {
                declares = Take().Kind == TokenKind.Declare;
                break;
            }
            (_at, variables) = (start, []);
            break;
        }
        var calls = new List<CallNode> { ReadCall() };
        while (Peek.Kind == TokenKind.Pipe)
        {
            _at++;
            calls.Add(ReadCall());
        }
        return new Pipeline(variables, declares, calls);
    }

    private CallNode ReadCall()
    {
        var words = new List<Operand>();
        while (Peek.Kind is not (TokenKind.End or TokenKind.Pipe or TokenKind.Close)) words.Add(ReadOperand());
        return words.Count > 0 ? new CallNode(words) : throw new TemplateException("template: :1: missing value for command");
    }

    private Operand ReadOperand()
    {
        var token = Take();
        Operand start;
        var fields = new List<string>();
        string source = token.Text;
        switch (token.Kind)
        {
            case TokenKind.Dot: start = new DotOperand(); break;
            case TokenKind.Field:
                start = new DotOperand();
                fields.Add(token.Text);
                source = "." + token.Text;
                break;
            case TokenKind.Variable: start = new VariableOperand(token.Text); break;
            case TokenKind.Text: start = new LiteralOperand(token.Text); break;
            case TokenKind.Number: start = new LiteralOperand(Number(token.Text)); break;
            case TokenKind.Identifier:
                start = token.Text switch
                {
                    "true" => new LiteralOperand(true), "false" => new LiteralOperand(false), "nil" => new LiteralOperand(null),
                    _ => new FunctionOperand(token.Text),
                };
                break;
            case TokenKind.Open:
                start = new PipelineOperand(ReadPipeline());
                if (Take().Kind != TokenKind.Close) throw new TemplateException("template: :1: unclosed left paren");
                break;
            default: throw new TemplateException($"template: :1: unexpected {Grammar.Quoted.Of(token.Text)} in operand");
        }
        while (Peek is { Kind: TokenKind.Field, AfterSpace: false })
        {
            fields.Add(Peek.Text);
            source += "." + Take().Text;
        }
        return fields.Count == 0 ? start : new ChainOperand(start, fields, source);
    }

    private static object Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? (object)whole
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : throw new TemplateException($"template: :1: bad number syntax: {Grammar.Quoted.Of(text)}");
}
