using System.Text;
using Sampan.Engine.Attach;
using Sampan.Faults;

namespace Sampan.Engine.Tests;

public sealed class DetachKeysTests
{
    private static (bool Detached, string Passed) Type(string keys, params string[] pieces)
    {
        var filter = DetachKeys.Parse(keys);
        var passed = new StringBuilder();
        byte[] output = new byte[64];
        foreach (string piece in pieces)
        {
            bool detached = filter.Filter(Encoding.ASCII.GetBytes(piece), output, out int written);
            passed.Append(Encoding.ASCII.GetString(output, 0, written));
            if (detached)
                return (true, passed.ToString());
        }
        return (false, passed.ToString());
    }

    [Fact] public void The_default_is_ctrl_p_ctrl_q() => Assert.Equal((true, "ab"), Type("", "ab\u0010\u0011cd"));

    [Fact] public void The_sequence_may_come_in_pieces() => Assert.Equal((true, "ab"), Type("", "ab\u0010", "\u0011"));

    [Fact] public void A_broken_sequence_is_passed_on() => Assert.Equal((false, "\u0010x"), Type("", "\u0010x"));

    [Fact] public void A_repeated_first_key_is_passed_on_once() => Assert.Equal((true, "\u0010"), Type("", "\u0010\u0010\u0011"));

    [Fact] public void Other_keys_can_be_chosen() => Assert.Equal((true, "a"), Type("x,ctrl-a", "ax\u0001"));

    [Fact] public void Nonsense_is_refused() => Assert.Throws<FaultException>(() => DetachKeys.Parse("ctrl-p,what"));
}
