using System.Globalization;
using System.Text;
using System.Text.Json;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Progress;

/// <summary>The messages of pull, load and import: one live line for each id on a terminal, plain lines without bars elsewhere.</summary>
/// <param name="columns">Columns of the terminal; null when the output is none.</param>
internal sealed class ProgressDisplay(Stream output, int? columns)
{
    private const string ClearLine = "\e[2K";
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    /// <summary>Receives the "aux" part of messages that have one.</summary>
    public Action<JsonElement>? OnAux { get; init; }

    /// <exception cref="CommandFailedException">The engine reported a failure in the stream.</exception>
    public async Task ShowAsync(IAsyncEnumerable<ProgressMessage> messages, CancellationToken ct)
    {
        await foreach (var message in messages.WithCancellation(ct))
        {
            if (message.Aux is { } aux)
            {
                OnAux?.Invoke(aux);
                continue;   // for programs: no line of its own
            }
            if ((message.ErrorDetail?.Message ?? message.Error) is { Length: > 0 } error)
                throw new CommandFailedException(message.ErrorDetail?.Code is > 0 and < 256 and var code ? code : 1, error);
            Show(message);
        }
    }

    private void Show(ProgressMessage message)
    {
        var text = new StringBuilder();
        int up = 0;
        bool live = message.Id is not null && (message.ProgressDetail is not null || message.Progress is not null);
        if (live)
        {
            if (!_lines.TryGetValue(message.Id!, out int line))
            {
                _lines.Add(message.Id!, line = _lines.Count);
                if (columns is not null) text.Append('\n');
            }
            up = _lines.Count - line;
            if (columns is not null) text.Append(CultureInfo.InvariantCulture, $"\e[{up}A");
        }
        else
        {
            _lines.Clear();   // a finished line stands between: the ones above are not to be touched again
        }
        Append(text, message);
        if (live && columns is not null) text.Append(CultureInfo.InvariantCulture, $"\e[{up}B");
        if (text.Length > 0) output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void Append(StringBuilder text, ProgressMessage message)
    {
        string bar = message.ProgressDetail is { } detail ? ProgressBar.Of(detail, columns ?? 0) : message.Progress ?? "";
        string end = "\n";
        if (columns is not null && message.Stream is null && message.ProgressDetail is not null)
        {
            text.Append(ClearLine).Append('\r');
            end = "\r";
        }
        else if (message.ProgressDetail is not null && bar.Length > 0)
        {
            return;   // no bars where nobody can see them move
        }
        if (message.Id is not null) text.Append(message.Id).Append(": ");
        if (message.ProgressDetail is not null && columns is not null) text.Append(message.Status).Append(' ').Append(bar).Append(end);
        else if (bar.Length > 0) text.Append(message.Status).Append(' ').Append(bar).Append(end);
        else if (message.Stream is not null) text.Append(message.Stream).Append(end == "\n" ? "" : end);
        else text.Append(message.Status).Append(end);
    }
}
