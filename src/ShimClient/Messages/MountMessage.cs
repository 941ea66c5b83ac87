using Sampan.Specs.Protobuf;
using Sampan.Specs;

namespace Sampan.ShimClient;

/// <summary>containerd.types.Mount: type 1, source 2, target 3 (a sub path of the root file system; we write none), options 4.</summary>
internal static class MountMessage
{
    public static Mount Read(ReadOnlySpan<byte> data)
    {
        string type = "", source = "";
        var options = new List<string>();
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type = reader.String(); break;
                case 2: source = reader.String(); break;
                case 4: options.Add(reader.String()); break;
                default: reader.Skip(); break;
            }
        }
        return new Mount(type, source, options);
    }

    public static void Write(ProtobufWriter writer, int field, Mount mount)
    {
        int mark = writer.Begin(field);
        writer.String(1, mount.Type);
        writer.String(2, mount.Source);
        foreach (string option in mount.Options) writer.String(4, option);
        writer.End(mark);
    }
}
