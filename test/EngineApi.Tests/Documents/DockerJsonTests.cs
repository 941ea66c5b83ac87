using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Tests.Documents;

public sealed class DockerJsonTests
{
    private static ContainerCreateRequest Create(string json) => JsonSerializer.Deserialize(json, DockerJson.Wire.ContainerCreateRequest)!;

    [Fact]
    public void Names_are_read_without_regard_to_case()
    {
        var request = Create("""{"image":"busybox","hostconfig":{"MEMORY":5,"dns":["1.1.1.1"]}}""");
        Assert.Equal("busybox", request.Image);
        Assert.Equal(5, request.HostConfig!.Memory);
        Assert.Equal(["1.1.1.1"], request.HostConfig.Dns!);
    }

    [Fact]
    public void A_command_may_be_one_text_or_a_list()
    {
        Assert.Equal(["true"], Create("""{"Cmd":"true"}""").Cmd!);
        Assert.Equal(["sh", "-c", "true"], Create("""{"Cmd":["sh","-c","true"]}""").Cmd!);
        Assert.Null(Create("""{"Cmd":null}""").Cmd);
    }

    [Fact]
    public void Null_leaves_the_zero_value_as_in_Go()
    {
        var request = Create("""{"Hostname":null,"Tty":null,"Env":null,"HostConfig":{"Memory":null,"LogConfig":null,"RestartPolicy":null,"ConsoleSize":null}}""");
        Assert.Equal("", request.Hostname);
        Assert.False(request.Tty);
        Assert.Null(request.Env);
        Assert.Equal(0, request.HostConfig!.Memory);
        Assert.Equal("", request.HostConfig.LogConfig.Type);
    }

    [Theory]
    [InlineData("""{"HostConfig":{"Memory":"1g"}}""", "string", "int64", "$.HostConfig.Memory")]
    [InlineData("""{"Tty":1}""", "number 1", "bool", "$.Tty")]
    [InlineData("""{"HostConfig":{"Memory":1.5}}""", "number 1.5", "int64", "$.HostConfig.Memory")]
    [InlineData("""{"HostConfig":{"BlkioWeight":70000}}""", "number 70000", "uint16", "$.HostConfig.BlkioWeight")]
    public void A_value_of_the_wrong_kind_names_both_kinds_and_the_field(string json, string value, string goType, string path)
    {
        var mismatch = Assert.Throws<GoTypeMismatch>(() => Create(json));
        Assert.Equal((value, goType, path), (mismatch.Value, mismatch.GoType, mismatch.Path));
    }

    /// <summary>A generated reader hands null to init properties that the text does not mention.</summary>
    [Fact]
    public void What_is_not_mentioned_is_never_null_where_it_may_not_be()
    {
        var nullability = new NullabilityInfoContext();
        var missing = new List<string>();
        foreach (var type in typeof(DockerJson).Assembly.GetTypes().Where(type => type.Namespace == typeof(DockerJson).Namespace && type is { IsClass: true, IsGenericType: false, IsAbstract: false }))
        {
            if (DockerJson.Wire.GetTypeInfo(type) is not { Kind: JsonTypeInfoKind.Object } info || info.Properties.Any(property => property.IsRequired)) continue;
            object value = JsonSerializer.Deserialize("{}", info)!;
            foreach (var property in type.GetProperties().Where(property => property.GetIndexParameters().Length == 0 && !property.PropertyType.IsValueType))
                if (nullability.Create(property).ReadState == NullabilityState.NotNull && property.GetValue(value) is null) missing.Add($"{type.Name}.{property.Name}");
        }
        Assert.Empty(missing);
    }

    [Fact]
    public void Unknown_fields_are_ignored_as_dockerd_does() => Assert.Equal("x", Create("""{"Image":"x","FutureField":{"a":[1]}}""").Image);

    [Fact]
    public void An_empty_host_config_is_written_with_every_field_dockerd_writes()
    {
        string json = JsonSerializer.Serialize(new HostConfig(), DockerJson.Wire.HostConfig);
        Assert.Equal(Golden("HostConfig.empty.json"), json);
    }

    [Fact]
    public void An_empty_config_is_written_with_every_field_dockerd_writes()
    {
        string json = JsonSerializer.Serialize(new ContainerConfig(), DockerJson.Wire.ContainerConfig);
        Assert.Equal(Golden("ContainerConfig.empty.json"), json);
    }

    [Fact]
    public void Empty_values_of_omitempty_fields_are_left_out()
    {
        string json = JsonSerializer.Serialize(
            new ContainerConfig { StopSignal = "", ExposedPorts = new Dictionary<string, EmptyObject>(), Shell = [] }, DockerJson.Wire.ContainerConfig);
        Assert.Equal(Golden("ContainerConfig.empty.json"), json);
    }

    [Fact]
    public void Maps_are_written_in_the_order_of_their_keys()
    {
        var labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1", ["B"] = "0" };
        string json = JsonSerializer.Serialize(new VolumeCreateRequest { Labels = labels }, DockerJson.Wire.VolumeCreateRequest);
        Assert.Contains("""{"B":"0","a":"1","b":"2"}""", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_escaped_no_more_than_Go_does()
    {
        string json = JsonSerializer.Serialize(new ErrorResponse { Message = "No such <container> & \"x\" 'y' ü" }, DockerJson.Wire.ErrorResponse);
        Assert.Equal("""{"message":"No such <container> & \"x\" 'y' ü"}""", json);
    }

    [Fact]
    public void Times_cut_trailing_zeros_and_read_nanoseconds()
    {
        var time = new DateTimeOffset(2025, 3, 4, 5, 6, 7, TimeSpan.Zero).AddTicks(8_000_000);
        Assert.Equal("2025-03-04T05:06:07.8Z", Rfc3339.Format(time));
        Assert.Equal("2025-03-04T05:06:07.800000000Z", Rfc3339.FormatFixed(time));
        Assert.Equal(Rfc3339.Never, Rfc3339.Format(default));
        Assert.True(Rfc3339.TryParse("2025-03-04T05:06:07.800000099Z", out var read));
        Assert.Equal(time, read);
        Assert.True(Rfc3339.TryParse("2025-03-04T06:06:07.8+01:00", out read));
        Assert.Equal(time, read);
    }

    private static string Golden(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documents", "Golden", name)).TrimEnd();
}
