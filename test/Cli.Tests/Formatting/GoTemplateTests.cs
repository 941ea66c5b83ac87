using System.Text.Json;
using Sampan.Cli.Formatting.Templates;

namespace Sampan.Cli.Tests.Formatting;

public sealed class GoTemplateTests
{
    private const string Document = """
        {"Id":"abc","Name":"/box","Args":["a","b"],"Empty":[],"State":{"Running":true,"ExitCode":0,"Pid":42},"Labels":{"com.example":"x","b":"y"},
         "Nothing":null,"HostConfig":{"NanoCpus":1500000000},"Networks":{"bridge":{"IPAddress":"172.17.0.2"}},"Html":"<a&b>"}
        """;

    [Theory]
    [InlineData("{{.Id}}", "abc")]
    [InlineData("{{.ID}}", "abc")]   // Go's field names differ from JSON's by case
    [InlineData("{{.HostConfig.NanoCPUs}}", "1500000000")]
    [InlineData("a {{ .State.Running }} b", "a true b")]
    [InlineData("{{.Args}}", "[a b]")]
    [InlineData("{{.Labels}}", "map[b:y com.example:x]")]
    [InlineData("{{.Nothing}}", "<no value>")]
    [InlineData("{{json .Args}}", """["a","b"]""")]
    [InlineData("{{json .Html}}", "\"<a&b>\"")]
    [InlineData("{{.State.Pid | json}}", "42")]
    [InlineData("{{index .Labels \"com.example\"}}", "x")]
    [InlineData("{{index .Labels \"absent\"}}", "")]
    [InlineData("{{index .Args 1}}", "b")]
    [InlineData("{{len .Args}} {{len .Labels}}", "2 2")]
    [InlineData("{{join .Args \",\"}}", "a,b")]
    [InlineData("{{upper .Id}} {{title .Id}} {{lower \"ABC\"}}", "ABC Abc abc")]
    [InlineData("{{range split .Name \"o\"}}<{{.}}>{{end}}", "</b><x>")]
    [InlineData("{{if .State.Running}}up{{else}}down{{end}}", "up")]
    [InlineData("{{if .Empty}}full{{else if eq .State.ExitCode 1}}one{{else}}empty{{end}}", "empty")]
    [InlineData("{{if and .State.Running (eq .State.ExitCode 0)}}fine{{end}}", "fine")]
    [InlineData("{{if or .Empty (not .Nothing)}}yes{{end}}", "yes")]
    [InlineData("{{range .Args}}{{.}};{{end}}", "a;b;")]
    [InlineData("{{range .Empty}}x{{else}}none{{end}}", "none")]
    [InlineData("{{range $i, $a := .Args}}{{$i}}={{$a}} {{end}}", "0=a 1=b ")]
    [InlineData("{{range $name, $net := .Networks}}{{$name}} {{$net.IPAddress}}{{end}}", "bridge 172.17.0.2")]
    [InlineData("{{range .Networks}}{{.IPAddress}}{{end}}", "172.17.0.2")]
    [InlineData("{{with .State}}{{.Pid}} {{$.Id}}{{end}}", "42 abc")]
    [InlineData("{{$x := .Id}}{{$x}}{{$x = \"z\"}}{{$x}}", "abcz")]
    [InlineData("{{(index .Networks \"bridge\").IPAddress}}", "172.17.0.2")]
    [InlineData("{{printf \"%s-%d-%5s|%-4s|%q\" .Id .State.Pid \"r\" \"l\" .Id}}", "abc-42-    r|l   |\"abc\"")]
    [InlineData("{{println .Id .Name}}", "abc /box\n")]
    [InlineData("a  {{- .Id -}}  b", "aabcb")]
    [InlineData("{{/* nothing */}}x", "x")]
    [InlineData("{{truncate .Id 2}}{{pad .Id 1 2}}|", "ab abc  |")]
    [InlineData("{{`raw \"text\"`}}", "raw \"text\"")]
    [InlineData("{{\"}}\"}}", "}}")]
    [InlineData("{{ne .Id \"abc\"}} {{lt 1 2}} {{ge 2 2}} {{eq .Id \"x\" \"abc\"}}", "false true true true")]
    public void A_template_gives_what_go_gives(string template, string expected)
    {
        using var document = JsonDocument.Parse(Document);

        Assert.Equal(expected, GoTemplate.Parse(template).Execute(Value.Of(document.RootElement)));
    }

    [Theory]
    [InlineData("{{.Id", "unclosed action")]
    [InlineData("{{if .Id}}x", "unexpected EOF")]
    [InlineData("{{end}}", "unexpected {{end}}")]
    [InlineData("{{nosuch .Id}}", "function \"nosuch\" not defined")]
    [InlineData("{{.Nope}}", "map has no entry for key \"Nope\"")]
    [InlineData("{{.Nothing.More}}", "nil pointer evaluating interface {}.More")]
    [InlineData("{{.Id.More}}", "can't evaluate field More")]
    [InlineData("{{$x}}", "undefined variable \"$x\"")]
    [InlineData("{{template \"x\"}}", "{{template}} is not supported yet")]
    [InlineData("{{\"abc}}", "unclosed action")]
    public void What_cannot_be_is_told(string template, string words)
    {
        using var document = JsonDocument.Parse(Document);
        var root = document.RootElement;

        var wrong = Assert.Throws<TemplateException>(() => GoTemplate.Parse(template).Execute(Value.Of(root)));
        Assert.Contains(words, wrong.Message, StringComparison.Ordinal);
    }
}
