using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>Where save and export write: standard output, or a file that appears when it is whole.</summary>
internal static class OutputFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Option<string> Option() => Options.Text("output", 'o', "Write to this file instead of stdout");

    /// <param name="what">For messages: "image", "container".</param>
    /// <exception cref="CommandFailedException">Standard output is a terminal; the file cannot be made.</exception>
    public static async Task WriteAsync(Invocation invocation, string path, string verb, Func<Task<Stream>> open, CancellationToken ct)
    {
        if (path.Length == 0)
        {
            if (invocation.Surroundings.OutputTerminal is not null) throw new CommandFailedException(1, "cowardly refusing to save to a terminal. Use the -o flag or redirect");
            await using var archive = await open();
            await archive.CopyToAsync(invocation.Output.Out, ct);
            return;
        }
        string full = Path.GetFullPath(path), temporary = $"{full}.{Environment.ProcessId}.tmp";
        if (Directory.Exists(full)) throw new CommandFailedException(1, $"failed to {verb}: cannot write to a directory");
        if (!Directory.Exists(Path.GetDirectoryName(full))) throw new CommandFailedException(1, $"failed to {verb}: invalid output path: stat {Path.GetDirectoryName(path)}: no such file or directory");
        try
        {
            var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnerOnly });
            await using (file)
            await using (var archive = await open())
            {
                await archive.CopyToAsync(file, 1 << 18, ct);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception failure)
        {
            File.Delete(temporary);
            if (failure is IOException or UnauthorizedAccessException) throw new CommandFailedException(1, $"failed to {verb}: {failure.Message}");
            throw;
        }
    }
}
