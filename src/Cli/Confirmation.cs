using System.Text;
using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>Asks before something is removed that nobody named. --force answers it beforehand.</summary>
internal static class Confirmation
{
    public static Option<bool> Force() => Options.Switch("force", 'f', "Do not ask");

    /// <returns>True when the answer is y.</returns>
    public static bool Asked(Invocation invocation, string warning)
    {
        invocation.Output.Write($"WARNING! {warning}\nAre you sure you want to continue? [y/N] ");
        var answer = new List<byte>();
        for (int read = invocation.Surroundings.Input.ReadByte(); read >= 0 && read != '\n'; read = invocation.Surroundings.Input.ReadByte()) answer.Add((byte)read);
        return Encoding.UTF8.GetString([.. answer]).Trim().Equals("y", StringComparison.OrdinalIgnoreCase);
    }
}
