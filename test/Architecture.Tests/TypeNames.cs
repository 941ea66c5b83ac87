using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Sampan.Architecture.Tests;

/// <summary>Full names of the types that metadata speaks of; "" for what has no name of its own.</summary>
internal sealed class TypeNames : ISignatureTypeProvider<string, object?>
{
    public static TypeNames Instance { get; } = new();

    public static string Of(MetadataReader metadata, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => Of(metadata, metadata.GetTypeDefinition((TypeDefinitionHandle)handle)),
        HandleKind.TypeReference => Of(metadata, metadata.GetTypeReference((TypeReferenceHandle)handle)),
        _ => "",
    };

    /// <returns>Nil when the token is none of this assembly.</returns>
    public static EntityHandle Handle(MetadataReader metadata, int token)
    {
        var table = (TableIndex)((uint)token >> 24);
        int row = token & 0xFFFFFF;
        return table is TableIndex.TypeDef or TableIndex.TypeRef or TableIndex.MemberRef && row > 0 && row <= metadata.GetTableRowCount(table)
            ? MetadataTokens.EntityHandle(token) : default;
    }

    private static string Of(MetadataReader metadata, TypeDefinition type)
        => type.GetDeclaringType() is { IsNil: false } outer ? $"{Of(metadata, outer)}.{metadata.GetString(type.Name)}"
            : Full(metadata.GetString(type.Namespace), metadata.GetString(type.Name));

    private static string Of(MetadataReader metadata, TypeReference type)
        => type.ResolutionScope.Kind == HandleKind.TypeReference ? $"{Of(metadata, type.ResolutionScope)}.{metadata.GetString(type.Name)}"
            : Full(metadata.GetString(type.Namespace), metadata.GetString(type.Name));

    private static string Full(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(reader, handle);
    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(reader, handle);
    public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) => "";
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "";
    public string GetSZArrayType(string elementType) => "";
    public string GetArrayType(string elementType, ArrayShape shape) => "";
    public string GetByReferenceType(string elementType) => "";
    public string GetPointerType(string elementType) => "";
    public string GetPinnedType(string elementType) => "";
    public string GetFunctionPointerType(MethodSignature<string> signature) => "";
    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => "";
    public string GetGenericMethodParameter(object? context, int index) => "";
    public string GetGenericTypeParameter(object? context, int index) => "";
    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;
}
