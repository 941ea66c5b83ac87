using Sampan.Cli.Grammar;
using Sampan.Cli.Streams;

namespace Sampan.Cli.Containers;

/// <summary>Options of the commands that join our streams to a container's.</summary>
internal static class SessionOptions
{
    public static readonly Option<string> DetachKeysOption = Options.Text("detach-keys", '\0', "Keys that leave it running: ctrl-p,ctrl-q unless given");
    public static readonly Option<bool> SigProxy = Options.Switch("sig-proxy", '\0', "Pass signals we receive on to it", value: true);

    /// <exception cref="CommandFailedException">Not a list of keys.</exception>
    public static DetachKeys Keys(Invocation invocation)
    {
        string text = invocation.Get(DetachKeysOption);
        if (text.Length == 0) return DetachKeys.Parse("ctrl-p,ctrl-q");
        try
        {
            return DetachKeys.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new CommandFailedException(1, $"invalid detach keys ({text}): {wrong.Message}");
        }
    }

    /// <summary>A terminal inside needs one outside when input goes in.</summary>
    /// <exception cref="CommandFailedException">Standard input is no terminal.</exception>
    public static void RequireTerminal(Invocation invocation, bool attachStdin, bool tty)
    {
        if (attachStdin && tty && invocation.Surroundings.InputTerminal is null) throw new CommandFailedException(1, "the input device is not a TTY");
    }
}
