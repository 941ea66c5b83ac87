using System.Text;
using Sampan.EngineApi.Http;

namespace Sampan.EngineApi.Tests.Http;

public sealed class GoJsonSyntaxTests
{
    // The right column is what Go 1.24's encoding/json prints for the left one.
    [Theory]
    [InlineData("", "EOF")]
    [InlineData("  \n", "EOF")]
    [InlineData("{", "unexpected EOF")]
    [InlineData("{\"a\"", "unexpected EOF")]
    [InlineData("[1,", "unexpected EOF")]
    [InlineData("x", "invalid character 'x' looking for beginning of value")]
    [InlineData("{a:1}", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("tru3", "invalid character '3' in literal true (expecting 'e')")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [InlineData("1ex", "invalid character 'x' in exponent of numeric literal")]
    [InlineData("\"a\nb\"", "invalid character '\\n' in string literal")]
    [InlineData("\"\\x\"", "invalid character 'x' in string escape code")]
    [InlineData("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("'a'", "invalid character '\\'' looking for beginning of value")]
    public void A_syntax_error_is_said_in_Go_s_words(string json, string expected) =>
        Assert.Equal(expected, GoJsonSyntax.Explain(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("{}")]
    [InlineData("[{\"a\":[1,-2.5e+3,true,null,\"\\u00e9\\n\"]}] trailing")]
    public void A_well_formed_value_has_no_error(string json) => Assert.Null(GoJsonSyntax.Explain(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Endless_nesting_is_refused_without_exhausting_the_stack() =>
        Assert.Equal("exceeded max depth", GoJsonSyntax.Explain(Encoding.UTF8.GetBytes(new string('[', 200_000))));
}
