using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>The arguments that most Task calls share: container 1, exec 2; then Kill's signal 3 and all 4, ResizePty's width 3 and
/// height 4, CloseIO's stdin 3. containerd.task.v2.{State,Start,Delete,Wait,Kill,ResizePty,CloseIO,Pids,Pause,Resume,Stats,Connect}Request</summary>
internal readonly record struct ProcessCall(string Id, string ExecId, uint Third = 0, uint Fourth = 0)
{
    public static ProcessCall Read(ReadOnlySpan<byte> data)
    {
        string id = "", exec = "";
        uint third = 0, fourth = 0;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.String(); break;
                case 2: exec = reader.String(); break;
                case 3: third = reader.UInt32(); break;
                case 4: fourth = reader.UInt32(); break;
                default: reader.Skip(); break;
            }
        }
        return new ProcessCall(id, exec, third, fourth);
    }

    public void Write(ProtobufWriter writer)
    {
        writer.String(1, Id);
        writer.String(2, ExecId);
        writer.UInt32(3, Third);
        writer.UInt32(4, Fourth);
    }
}
