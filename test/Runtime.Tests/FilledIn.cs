using System.Collections;
using System.Reflection;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Tests;

/// <summary>A config in which every property of every record has a value.</summary>
internal static class FilledIn
{
    internal static RuntimeSpec Spec { get; } = (RuntimeSpec)Make(typeof(RuntimeSpec));

    private static object Make(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return "text";
        if (type == typeof(bool)) return true;
        if (type.IsPrimitive) return Convert.ChangeType(7, type);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            Type item = type.GetGenericArguments()[0];
            IList list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
            list.Add(Make(item));
            return list;
        }
        if (type.IsGenericType)
        {
            Type item = type.GetGenericArguments()[1];
            IDictionary map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), item))!;
            map.Add("key", Make(item));
            return map;
        }
        object record = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            if (property.CanWrite && property.PropertyType != typeof(ReadOnlyMemory<byte>)) property.SetValue(record, Make(property.PropertyType));
        return record;
    }
}
