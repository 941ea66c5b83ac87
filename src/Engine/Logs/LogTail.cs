namespace Sampan.Engine.Logs;

/// <summary>Finds where the last N lines of a rotated log begin, reading backwards.</summary>
internal static class LogTail
{
    private const int BlockLength = 64 * 1024;

    /// <param name="files">Oldest first, open for reading.</param>
    /// <returns>The index of the first file to read, and the offset in it.</returns>
    public static (int File, long Offset) Find(IReadOnlyList<FileStream> files, int lines)
    {
        if (lines <= 0)
            return (files.Count - 1, files.Count == 0 ? 0 : files[^1].Length);
        int wanted = lines;
        for (int i = files.Count - 1; i >= 0; i--)
        {
            if (FindIn(files[i], ref wanted) is { } offset)
                return (i, offset);
        }
        return (0, 0);
    }

    /// <summary>The offset after the line feed before the wanted line; null when the file has fewer lines (then <paramref name="wanted"/> is what is left).</summary>
    private static long? FindIn(FileStream file, ref int wanted)
    {
        byte[] block = new byte[BlockLength];
        long end = file.Length;
        long position = end;
        while (position > 0)
        {
            int length = (int)Math.Min(BlockLength, position);
            position -= length;
            int read = RandomAccess.Read(file.SafeFileHandle, block.AsSpan(0, length), position);
            for (int i = read - 1; i >= 0; i--)
            {
                // The line feed that ends the file ends the last line; it does not begin one.
                if (block[i] != (byte)'\n' || position + i == end - 1)
                    continue;
                if (--wanted == 0)
                    return position + i + 1;
            }
        }
        // The file's first line has no line feed before it.
        return end > 0 && --wanted == 0 ? 0 : null;
    }
}
