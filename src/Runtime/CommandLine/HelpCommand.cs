using System.Text;

namespace Sampan.Runtime.CommandLine;

/// <summary>Help in the layout that runc's users know.</summary>
internal static class HelpCommand
{
    private const int Column = 42;

    internal static int Run()
    {
        StringBuilder text = new($"NAME:\n   {GlobalOptions.ProgramName}, as runc - Open Container Initiative runtime\n\nUSAGE:\n   {GlobalOptions.ProgramName} [global options] command [command options] [arguments...]\n\nCOMMANDS:\n");
        foreach (string name in Commands.Names) text.Append($"   {name,-12}{new Syntax(name, Commands.Find(name)!.Text).Purpose}\n");
        text.Append("   help, h     shows a list of commands or help for one command\n\nGLOBAL ");
        AppendFlags(text, GlobalOptions.Syntax);
        StandardOutput.Write(text.ToString());
        return 0;
    }

    internal static int Show(Syntax syntax)
    {
        StringBuilder text = new($"NAME:\n   {GlobalOptions.ProgramName} {syntax.Command}, as runc {syntax.Command} - {syntax.Purpose}\n\nUSAGE:\n   {GlobalOptions.ProgramName} {syntax.Command} [command options] {syntax.Operands}\n\n");
        AppendFlags(text, syntax);
        StandardOutput.Write(text.ToString());
        return 0;
    }

    private static void AppendFlags(StringBuilder text, Syntax syntax)
    {
        text.Append("OPTIONS:\n");
        foreach (string line in syntax.FlagLines)
        {
            ReadOnlySpan<char> names = Syntax.Names(line);
            text.Append("   ").Append(names).Append(' ', Math.Max(1, Column - 3 - names.Length)).Append(line.AsSpan(names.Length).Trim()).Append('\n');
        }
        text.Append("   --help, -h                             show help\n");
    }
}
