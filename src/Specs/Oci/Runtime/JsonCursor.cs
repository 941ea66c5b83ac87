using System.Text.Json;
using Sampan.Faults;

namespace Sampan.Specs.Oci.Runtime;

/// <summary>Walks a JSON document value by value, for readers written by hand. Properties that nobody asks for are passed over,
/// as the specifications want it for unknown ones.</summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _document = utf8;
    private Utf8JsonReader _reader = new(utf8, new JsonReaderOptions { MaxDepth = 32 });

    internal delegate T Parse<out T>(ref JsonCursor json);

    /// <summary>Goes to the value of the next property of the object that the cursor is in; false at its end.
    /// The first call, on the object itself, enters it.</summary>
    internal bool NextProperty(ref PropertyName name)
    {
        if (!name.Started)
        {
            name.Started = true;
            Expect(JsonTokenType.StartObject, "an object");
        }
        else if (!name.Taken) _reader.Skip();   // nobody read the last value
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject) return false;
        name.Taken = false;
        name.Text = _reader.HasValueSequence || _reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(_reader.GetString()!) : _reader.ValueSpan;
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null) name.Text = default;   // null is the same as absent
        return true;
    }

    /// <summary>Steps to the document's first token.</summary>
    internal void Begin() => _reader.Read();

    /// <summary>After the document: nothing but white space may follow.</summary>
    internal void End() => _reader.Read();

    internal string String()
    {
        Expect(JsonTokenType.String, "a string");
        return _reader.GetString()!;
    }

    internal bool Boolean() => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Unexpected("true or false"),
    };

    internal long Int64() => _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out long value) ? value : throw Unexpected("a whole number");

    internal ulong UInt64() => _reader.TokenType == JsonTokenType.Number && _reader.TryGetUInt64(out ulong value) ? value : throw Unexpected("a whole number of 0 or more");

    internal int Int32() => (int)InRange(Int64(), int.MinValue, int.MaxValue);

    internal uint UInt32() => (uint)InRange(Int64(), 0, uint.MaxValue);

    internal ushort UInt16() => (ushort)InRange(Int64(), 0, ushort.MaxValue);

    /// <summary>The bytes of the whole value, which is passed over.</summary>
    internal byte[] Raw()
    {
        int start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return _document[start..(int)_reader.BytesConsumed].ToArray();
    }

    internal List<T> List<T>(Parse<T> parse)
    {
        Expect(JsonTokenType.StartArray, "an array");
        List<T> items = [];
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) items.Add(parse(ref this));
        return items;
    }

    internal List<string> Strings() => List(static (ref json) => json.String());

    internal Dictionary<string, T> Map<T>(Parse<T> parse)
    {
        Dictionary<string, T> map = [];
        PropertyName name = default;
        while (NextProperty(ref name))
        {
            if (name.Text.IsEmpty) continue;
            map[System.Text.Encoding.UTF8.GetString(name.Text)] = parse(ref this);
            name.Taken = true;
        }
        return map;
    }

    private static long InRange(long value, long minimum, long maximum)
        => value >= minimum && value <= maximum ? value
            : throw new FaultException(FaultKind.InvalidArgument, $"number {value} is out of range: expected {minimum} to {maximum}");

    private void Expect(JsonTokenType type, string what)
    {
        if (_reader.TokenType != type) throw Unexpected(what);
    }

    private readonly FaultException Unexpected(string what)
        => new(FaultKind.InvalidArgument, $"unexpected {_reader.TokenType} at byte {_reader.TokenStartIndex}: expected {what}");
}

/// <summary>The name of the property a <see cref="JsonCursor"/> stands at; empty when its value is null.</summary>
internal ref struct PropertyName
{
    internal ReadOnlySpan<byte> Text;
    internal bool Started;
    internal bool Taken;

    /// <summary>True when it is this one; its value then has to be read. In any case of letters, as Go reads documents: configs made for runc
    /// have "pagesize" where the specification says "pageSize".</summary>
    internal bool Is(ReadOnlySpan<byte> name)
    {
        if (Text.Length != name.Length || (!Text.SequenceEqual(name) && !System.Text.Ascii.EqualsIgnoreCase(Text, name))) return false;
        Taken = true;
        return true;
    }
}
