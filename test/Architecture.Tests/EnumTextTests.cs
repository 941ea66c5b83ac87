using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Sampan.Architecture.Tests;

/// <summary>`sampan-runtime` is built without reflection: there the text of an enum is its number. So no code of it makes a text of one.</summary>
public sealed class EnumTextTests
{
    private static readonly string[] s_assemblies = ["Faults", "Specs", "Linux", "Runtime", "ShimClient", "Shim"];
    private static readonly HashSet<string> s_formatters = ["AppendFormatted", "Concat", "Format", "GetName", "Parse", "TryParse", "ToString"];

    /// <summary>Of the engine's side of the seam, which runs in `sampan` alone.</summary>
    private static readonly string[] s_clients = ["AttachClient", "TtrpcClient"];

    /// <summary>What the compiler writes for records' ToString, which nothing calls.</summary>
    private const string OfRecords = "PrintMembers";

    [Fact]
    public void No_text_is_made_of_an_enum_in_what_the_runtime_is_built_from()
    {
        var enums = s_assemblies.SelectMany(assembly => Read(assembly, EnumsOf)).ToHashSet();
        Assert.Contains("Sampan.Linux.Native.Errno", enums);
        var found = s_assemblies.SelectMany(assembly => Read(assembly, reader => TextsOfEnums(reader, enums)));
        Assert.Empty(found);
    }

    private static List<string> Read(string assembly, Func<PEReader, IEnumerable<string>> read)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"Sampan.{assembly}.dll")));
        return [.. read(file)];
    }

    private static IEnumerable<string> EnumsOf(PEReader file)
    {
        MetadataReader metadata = file.GetMetadataReader();
        return from handle in metadata.TypeDefinitions
               let type = metadata.GetTypeDefinition(handle)
               where !type.BaseType.IsNil && TypeNames.Of(metadata, type.BaseType) == "System.Enum"
               select TypeNames.Of(metadata, handle);
    }

    private static IEnumerable<string> TextsOfEnums(PEReader file, HashSet<string> enums)
    {
        MetadataReader metadata = file.GetMetadataReader();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            string type = TypeNames.Of(metadata, method.GetDeclaringType());
            if (method.RelativeVirtualAddress == 0 || s_clients.Any(type.Contains) || metadata.StringComparer.Equals(method.Name, OfRecords)) continue;
            byte[] code = file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!;
            foreach (string text in Generic(metadata, code, enums).Concat(Constrained(metadata, code, enums)))
                yield return $"{type}.{metadata.GetString(method.Name)}: {text}";
        }
    }

    // call or callvirt of a generic method with an enum as its argument: $"{errno}", Enum.Parse<Errno>
    private static IEnumerable<string> Generic(MetadataReader metadata, byte[] code, HashSet<string> enums)
    {
        for (int i = 0; i + 5 <= code.Length; i++)
        {
            if (code[i] is not (0x28 or 0x6F) || code[i + 4] != 0x2B) continue; // 0x2B: the table of MethodSpec
            int row = BitConverter.ToInt32(code, i + 1) & 0xFFFFFF;
            if (row == 0 || row > metadata.GetTableRowCount(TableIndex.MethodSpec)) continue;
            MethodSpecification called = metadata.GetMethodSpecification(MetadataTokens.MethodSpecificationHandle(row));
            if (called.Method.Kind != HandleKind.MemberReference) continue;
            string name = metadata.GetString(metadata.GetMemberReference((MemberReferenceHandle)called.Method).Name);
            ImmutableArray<string> arguments = called.DecodeSignature(TypeNames.Instance, null);
            if (s_formatters.Contains(name) && arguments.Any(enums.Contains)) yield return $"{name}<{string.Join(", ", arguments)}>";
        }
    }

    // constrained. of an enum before callvirt, errno.ToString(); box of one before String.Concat or Format
    private static IEnumerable<string> Constrained(MetadataReader metadata, byte[] code, HashSet<string> enums)
    {
        for (int i = 0; i + 10 <= code.Length; i++)
        {
            bool constrained = code[i] == 0xFE && code[i + 1] == 0x16 && i + 11 <= code.Length && code[i + 6] == 0x6F;
            bool boxed = code[i] == 0x8C && code[i + 5] is 0x28 or 0x6F;
            if (!constrained && !boxed) continue;
            int at = constrained ? i + 2 : i + 1;
            EntityHandle type = TypeNames.Handle(metadata, BitConverter.ToInt32(code, at)), called = TypeNames.Handle(metadata, BitConverter.ToInt32(code, at + 5));
            if (type.IsNil || called.Kind != HandleKind.MemberReference || !enums.Contains(TypeNames.Of(metadata, type))) continue;
            string name = metadata.GetString(metadata.GetMemberReference((MemberReferenceHandle)called).Name);
            if (s_formatters.Contains(name)) yield return $"{TypeNames.Of(metadata, type)} in {name}";
        }
    }
}
