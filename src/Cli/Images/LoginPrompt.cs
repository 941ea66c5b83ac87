using System.Text;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

/// <summary>Asks on the terminal for the name and the password that the command line left out.</summary>
internal static class LoginPrompt
{
    private const string Register = "Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.";

    /// <param name="user">Empty: asked for.</param>
    /// <param name="password">Empty: asked for, and not shown.</param>
    /// <param name="known">Taken when the answer to the question for the name is empty.</param>
    /// <exception cref="CommandFailedException">There is no terminal to ask on, or no answer.</exception>
    public static RegistryAuth Ask(Surroundings surroundings, string user, string password, string known, bool dockerHub)
    {
        if (surroundings.InputTerminal is not { } terminal) throw new CommandFailedException(1, "Error: Cannot perform an interactive login from a non TTY device");
        var output = surroundings.Output;
        if (user.Length == 0)
        {
            if (dockerHub) output.WriteLine(Register);
            output.Write(known.Length == 0 ? "Username: " : $"Username ({known}): ");
            user = ReadLine(surroundings.Input);
            if (user.Length == 0) user = known;
            if (user.Length == 0) throw new CommandFailedException(1, "Error: Non-null Username Required");
        }
        if (password.Length == 0)
        {
            using (terminal.HideInput())
            {
                output.Write("Password: ");
                password = ReadLine(surroundings.Input);
            }
            output.WriteLine("");
            if (password.Length == 0) throw new CommandFailedException(1, "Error: Password Required");
        }
        return new RegistryAuth { Username = user, Password = password };
    }

    private static string ReadLine(Stream input)
    {
        var line = new List<byte>();
        for (int read = input.ReadByte(); read >= 0 && read != '\n'; read = input.ReadByte()) line.Add((byte)read);
        return Encoding.UTF8.GetString([.. line]).Trim();
    }
}
