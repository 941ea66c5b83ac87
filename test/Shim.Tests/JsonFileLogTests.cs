using System.Text;
using System.Text.Json;
using Sampan.Shim.Logs;
using Sampan.ShimClient;

namespace Sampan.Shim.Tests;

public sealed class JsonFileLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-log").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Path => $"{_folder}/log";

    [Fact]
    public void A_line_that_comes_in_pieces_is_one_entry()
    {
        Write(log =>
        {
            var lines = new LineSplitter(log, stderr: false);
            lines.Write("one "u8);
            lines.Write("two\nthr"u8);
            lines.Write("ee\n"u8);
            lines.End();
        });
        Assert.Equal(["one two\n", "three\n"], Logged(Path));
    }

    [Fact]
    public void What_stands_without_a_newline_at_the_end_is_logged_without_one()
    {
        Write(log =>
        {
            var lines = new LineSplitter(log, stderr: false);
            lines.Write("a\nb"u8);
            lines.End();
        });
        Assert.Equal(["a\n", "b"], Logged(Path));
    }

    [Theory]
    [InlineData(16384)]
    [InlineData(16383)]
    [InlineData(16385)]
    [InlineData(50_000)]
    public void A_long_line_is_logged_in_pieces_of_16_KiB_however_it_is_cut_on_the_way(int length)
    {
        byte[] text = [.. Enumerable.Range(0, length).Select(i => (byte)('a' + i % 26)), (byte)'\n'];
        var random = new Random(length);
        Write(log =>
        {
            var lines = new LineSplitter(log, stderr: false);
            for (int at = 0; at < text.Length;)
            {
                int count = Math.Min(random.Next(1, 9000), text.Length - at);
                lines.Write(text.AsSpan(at, count));
                at += count;
            }
            lines.End();
        });
        var logged = Logged(Path);
        Assert.Equal(Encoding.ASCII.GetString(text), string.Concat(logged));
        Assert.All(logged.SkipLast(1), piece => Assert.Equal(16384, piece.Length));
        Assert.Equal(length / 16384 + 1, logged.Count);
    }

    [Fact]
    public void The_two_streams_share_a_file_without_mixing_lines()
    {
        Write(log =>
        {
            LineSplitter stdout = new(log, stderr: false), stderr = new(log, stderr: true);
            stdout.Write("out "u8);
            stderr.Write("err\n"u8);
            stdout.Write("out\n"u8);
        });
        var entries = File.ReadAllLines(Path).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["stderr:err\n", "stdout:out out\n"], entries.Select(e => $"{e.GetProperty("stream")}:{e.GetProperty("log")}"));
    }

    [Fact]
    public void Rotation_keeps_so_many_files_and_loses_only_the_oldest_lines()
    {
        Write(log =>
        {
            var lines = new LineSplitter(log, stderr: false);
            for (int i = 0; i < 1000; i++) lines.Write(Encoding.ASCII.GetBytes($"line {i}\n"));
        }, maxSize: 4096, maxFiles: 3);
        Assert.Equal(["log", "log.1", "log.2"], Directory.GetFiles(_folder).Select(System.IO.Path.GetFileName).Order());
        var all = Logged($"{Path}.2").Concat(Logged($"{Path}.1")).Concat(Logged(Path)).ToList();
        Assert.Equal(Enumerable.Range(1000 - all.Count, all.Count).Select(i => $"line {i}\n"), all);
        Assert.All(["log.1", "log.2"], name => Assert.InRange(new FileInfo($"{_folder}/{name}").Length, 4096, 4096 + 128));
    }

    [Fact]
    public void With_one_file_rotation_starts_a_new_one_and_an_open_reader_keeps_the_old()
    {
        FileStream? reader = null;
        Write(log =>
        {
            var lines = new LineSplitter(log, stderr: false);
            lines.Write("first\n"u8);
            reader = File.OpenRead(Path);
            for (int i = 0; i < 20; i++) lines.Write(Encoding.ASCII.GetBytes($"line {i}\n"));
        }, maxSize: 1024, maxFiles: 1);
        using (reader) Assert.StartsWith("{\"log\":\"first\\n\"", new StreamReader(reader!).ReadLine()!, StringComparison.Ordinal);
        Assert.Equal("line 19\n", Logged(Path)[^1]);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void An_existing_log_is_continued()
    {
        Write(log => new LineSplitter(log, stderr: false).Write("first\n"u8));
        Write(log => new LineSplitter(log, stderr: false).Write("second\n"u8));
        Assert.Equal(["first\n", "second\n"], Logged(Path));
    }

    private void Write(Action<JsonFileLog> write, long maxSize = -1, int maxFiles = 1)
    {
        using var log = new JsonFileLog(new JsonFileTarget { Path = Path, MaxSize = maxSize, MaxFiles = maxFiles });
        write(log);
    }

    private static List<string> Logged(string path) =>
        [.. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("log").GetString()!)];

    [Fact]
    public void Attributes_stand_before_the_time()
    {
        using (var log = new JsonFileLog(new JsonFileTarget { Path = Path, Attributes = """{"tag":"x"}""" }))
            new LineSplitter(log, stderr: false).Write("hi\n"u8);
        Assert.StartsWith("""{"log":"hi\n","stream":"stdout","attrs":{"tag":"x"},"time":""", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Rotated_files_are_compressed_and_nothing_of_them_is_lost()
    {
        using (var log = new JsonFileLog(new JsonFileTarget { Path = Path, MaxSize = 4096, MaxFiles = 3, Compress = true }))
        {
            var lines = new LineSplitter(log, stderr: false);
            for (int i = 0; i < 1000; i++) lines.Write(Encoding.ASCII.GetBytes($"line {i}\n"));
        }
        Assert.Equal(["log", "log.1.gz", "log.2.gz"], Directory.GetFiles(_folder).Select(System.IO.Path.GetFileName).Order());
        var all = Unpacked($"{Path}.2.gz").Concat(Unpacked($"{Path}.1.gz")).Concat(Logged(Path)).ToList();
        Assert.Equal(Enumerable.Range(1000 - all.Count, all.Count).Select(i => $"line {i}\n"), all);
    }

    private List<string> Unpacked(string path)
    {
        string plain = $"{_folder}/plain";
        using (var gzip = new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress))
        using (var file = File.Create(plain))
            gzip.CopyTo(file);
        return Logged(plain);
    }
}
