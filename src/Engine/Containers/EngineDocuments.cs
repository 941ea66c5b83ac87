using System.Text.Json.Serialization;

namespace Sampan.Engine.Containers;

/// <summary>The documents a container is kept in.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerDocument))]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(Execs.ExecDocument))]
internal sealed partial class EngineDocuments : JsonSerializerContext;
