using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Runtime;

/// <summary>Writes the runtime-spec documents. <c>sampan-runtime</c> reads them with <see cref="RuntimeSpecReader"/>,
/// which starts faster and links smaller.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RuntimeSpec))]
[JsonSerializable(typeof(ProcessSpec))]
[JsonSerializable(typeof(LinuxResources))]
[JsonSerializable(typeof(Seccomp))]
public sealed partial class RuntimeSpecJson : JsonSerializerContext;
