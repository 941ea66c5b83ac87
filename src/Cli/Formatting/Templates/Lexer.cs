using System.Text;

namespace Sampan.Cli.Formatting.Templates;

/// <summary>What a word of an action is.</summary>
internal enum TokenKind { Identifier, Field, Variable, Dot, Text, Number, Pipe, Open, Close, Assign, Declare, Comma, End }

internal readonly record struct Token(TokenKind Kind, string Text, bool AfterSpace);

/// <summary>Cuts the inside of one {{…}} into words.</summary>
internal sealed class Lexer(string text)
{
    private int _at;

    public List<Token> All()
    {
        var tokens = new List<Token>();
        while (true)
        {
            int before = _at;
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            bool space = _at > before || before == 0;
            if (_at >= text.Length) break;
            tokens.Add(Next(space));
        }
        tokens.Add(new Token(TokenKind.End, "", true));
        return tokens;
    }

    private Token Next(bool space)
    {
        char c = text[_at];
        switch (c)
        {
            case '|': return Take(TokenKind.Pipe, 1, space);
            case '(': return Take(TokenKind.Open, 1, space);
            case ')': return Take(TokenKind.Close, 1, space);
            case ',': return Take(TokenKind.Comma, 1, space);
            case '=': return Take(TokenKind.Assign, 1, space);
            case ':' when _at + 1 < text.Length && text[_at + 1] == '=': return Take(TokenKind.Declare, 2, space);
            case '"': return new Token(TokenKind.Text, TakeQuoted(), space);
            case '`': return new Token(TokenKind.Text, TakeRaw(), space);
            case '.' when _at + 1 < text.Length && IsWord(text[_at + 1]):
                _at++;
                return new Token(TokenKind.Field, TakeWord(), space);
            case '.': return Take(TokenKind.Dot, 1, space);
            case '$':
                _at++;
                return new Token(TokenKind.Variable, "$" + TakeWord(), space);
        }
        if (char.IsAsciiDigit(c) || (c is '-' or '+' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1])))
        {
            int start = _at++;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.')) _at++;
            return new Token(TokenKind.Number, text[start.._at], space);
        }
        if (IsWord(c)) return new Token(TokenKind.Identifier, TakeWord(), space);
        throw new TemplateException($"template: :1: unexpected {Grammar.Quoted.Of(c.ToString())} in operand");
    }

    private Token Take(TokenKind kind, int length, bool space)
    {
        _at += length;
        return new Token(kind, text[(_at - length).._at], space);
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';

    private string TakeWord()
    {
        int start = _at;
        while (_at < text.Length && IsWord(text[_at])) _at++;
        return text[start.._at];
    }

    private string TakeRaw()
    {
        int end = text.IndexOf('`', _at + 1);
        if (end < 0) throw new TemplateException("template: :1: unterminated raw quoted string");
        string raw = text[(_at + 1)..end];
        _at = end + 1;
        return raw;
    }

    private string TakeQuoted()
    {
        var value = new StringBuilder();
        for (_at++; _at < text.Length && text[_at] != '"'; _at++)
        {
            if (text[_at] != '\\' || _at + 1 >= text.Length)
            {
                value.Append(text[_at]);
                continue;
            }
            value.Append(text[++_at] switch
            {
                'n' => '\n', 't' => '\t', 'r' => '\r', var other => other,
            });
        }
        if (_at >= text.Length) throw new TemplateException("template: :1: unterminated quoted string");
        _at++;
        return value.ToString();
    }
}
