namespace Sampan.Linux.Systemd;

/// <summary>One message that came. § Message Protocol</summary>
/// <param name="Type">1 call, 2 return, 3 error, 4 signal.</param>
internal sealed record DBusMessage(byte Type, uint ReplyTo, string Member, string ErrorName, string Signature, byte[] Body)
{
    internal const byte Call = 1, Return = 2, Error = 3, Signal = 4;
    internal const byte PathField = 1, InterfaceField = 2, MemberField = 3, ErrorNameField = 4, ReplyField = 5, DestinationField = 6, SignatureField = 8;
    internal const int FixedSize = 16;

    /// <param name="header">The fixed part and the header fields, padding included.</param>
    /// <exception cref="Sampan.Faults.FaultException">Internal: it is no message.</exception>
    internal static DBusMessage Parse(ReadOnlySpan<byte> header, byte[] body)
    {
        DBusReader reader = new(header);
        reader.UInt32();   // byte order, type, flags, version
        reader.UInt32();
        reader.UInt32();
        int end = (int)Math.Min(reader.UInt32(), (uint)header.Length) + FixedSize;
        uint replyTo = 0;
        string member = "", error = "", signature = "";
        while (reader.Position < end)
        {
            reader.Align(8);
            byte field = reader.Byte();
            string type = reader.Signature();
            switch (type)
            {
                case "u":
                    uint number = reader.UInt32();
                    if (field == ReplyField) replyTo = number;
                    break;
                case "g": signature = reader.Signature(); break;
                case "s" or "o":
                    string text = reader.String();
                    if (field == MemberField) member = text;
                    if (field == ErrorNameField) error = text;
                    break;
                default: throw new Sampan.Faults.FaultException(Sampan.Faults.FaultKind.Internal, $"systemd sent a D-Bus header field of type '{type}'");
            }
        }
        return new(header[1], replyTo, member, error, signature, body);
    }
}
