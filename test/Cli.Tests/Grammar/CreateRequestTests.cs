using System.Text.Json;
using System.Text.Json.Nodes;
using Sampan.Cli.Containers;
using Sampan.Cli.Containers.Creation;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Tests.Grammar;

public sealed class CreateRequestTests
{
    public static TheoryData<string> Lines => [.. Golden.Names("create", ".txt")];

    [Theory, MemberData(nameof(Lines))]
    public void The_request_is_the_one_the_stock_cli_sends(string name)
    {
        string[] words = Golden.Words(Golden.Read($"create/{name}.txt").TrimEnd('\n'));
        var command = CommandCatalogue.Find([words[0]], out _)!;
        var options = new OptionParser(command.Options, command.Interspersed).Parse(words.AsSpan(1), out _);

        var request = ContainerRequestReader.Read(options, options.Arguments, _ => null);
        if (name is "detached" or "bundles") request = RunCommand.InBackground(request);

        var golden = JsonSerializer.Deserialize(Golden.Read($"create/{name}.json"), DockerJson.Wire.ContainerCreateRequest)!;
        Assert.Equal(Essence(golden), Essence(request));
    }

    [Fact]
    public void A_bare_variable_takes_our_value_and_goes_bare_when_we_have_none()
    {
        var variables = KeyValueFile.Environment([], ["HERE", "GONE", "A=b"], name => name == "HERE" ? "value" : null, "--env-file");

        Assert.Equal(["HERE=value", "GONE", "A=b"], variables);
    }

    [Fact]
    public void An_env_file_has_comments_blank_lines_and_values_with_equals_signs()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# comment\n\n  A=1=2\nB\nC= spaced \n");
            Assert.Equal(["A=1=2", "B=ours", "C= spaced "], KeyValueFile.Environment([file], [], _ => "ours", "--env-file"));
            File.WriteAllText(file, "BAD NAME=1\n");
            var wrong = Assert.Throws<FormatException>(() => KeyValueFile.Environment([file], [], _ => null, "--env-file"));
            Assert.Contains("variable 'BAD NAME' contains whitespaces", wrong.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Without nulls, empty lists and empty maps, which mean the same to an engine.</summary>
    private static string Essence(ContainerCreateRequest request) =>
        Pruned(JsonSerializer.SerializeToNode(request, DockerJson.Wire.ContainerCreateRequest), isSet: false)!.ToString();

    /// <param name="isSet">True for a map whose keys alone say something.</param>
    private static JsonNode? Pruned(JsonNode? node, bool isSet)
    {
        if (node is JsonArray list) return list.Count == 0 ? null : new JsonArray([.. list.Select(item => Pruned(item, isSet: false))]);
        if (node is not JsonObject map) return node?.DeepClone();
        var kept = new JsonObject();
        foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            if (Pruned(value, key is "ExposedPorts" or "Volumes" or "EndpointsConfig") is { } inner) kept.Add(key, inner);
            else if (isSet) kept.Add(key, null);
        return kept.Count == 0 ? null : kept;
    }
}
