using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Events;

/// <summary>What happened to containers, images, networks and volumes, in order: the last <see cref="Capacity"/> events for
/// <c>since</c>, and everything from now on for those who subscribe.</summary>
public sealed class EventLog
{
    /// <summary>Events that are kept for <c>docker events --since</c>; Docker's number.</summary>
    public const int Capacity = 256;

    private readonly Lock _gate = new();   // guards the fields below; no other lock is taken under it
    private readonly Queue<EventMessage> _recent = new(Capacity);
    private readonly HashSet<Channel<EventMessage>> _subscribers = [];
    private long _lastNanoseconds;

    /// <summary>Adds an event and hands it to every subscriber. Timestamps never go back or repeat.</summary>
    public void Publish(string type, string action, string actorId, IReadOnlyDictionary<string, string> attributes)
    {
        lock (_gate)
        {
            _lastNanoseconds = Math.Max(_lastNanoseconds + 1, UnixTime.Nanoseconds(DateTimeOffset.UtcNow));
            bool legacy = type is EventTypes.Container or EventTypes.Image;
            var message = new EventMessage
            {
                Type = type,
                Action = action,
                Actor = new EventActor { ID = actorId, Attributes = attributes },
                Scope = "local",
                Time = _lastNanoseconds / 1_000_000_000,
                TimeNano = _lastNanoseconds,
                // The fields of API 1.21 and before, which clients still read.
                Status = legacy ? action : null,
                Id = legacy ? actorId : null,
                From = type == EventTypes.Container && attributes.TryGetValue("image", out string? image) ? image : null,
            };
            if (_recent.Count == Capacity)
                _recent.Dequeue();
            _recent.Enqueue(message);
            foreach (var subscriber in _subscribers)
                subscriber.Writer.TryWrite(message);
        }
    }

    /// <summary>An image event (<c>pull</c>, <c>tag</c>, <c>untag</c>, <c>delete</c>, <c>load</c>, <c>import</c>, <c>save</c>, <c>push</c>).</summary>
    public void PublishImage(string action, string imageId, string name, IReadOnlyDictionary<string, string>? labels = null)
    {
        var attributes = new Dictionary<string, string>(labels ?? new Dictionary<string, string>()) { ["name"] = name };
        Publish(EventTypes.Image, action, imageId, attributes);
    }

    /// <summary>Kept events since <paramref name="sinceNanoseconds"/> (none when null), then new ones until
    /// <paramref name="untilNanoseconds"/> or cancellation. Both are nanoseconds since the epoch; until 0 shows all that is kept and ends, as dockerd does.
    /// The subscription stands when this returns: what is published before the first read is not lost.</summary>
    public IAsyncEnumerable<EventMessage> Subscribe(long? sinceNanoseconds, long? untilNanoseconds, Filters filters, CancellationToken ct)
    {
        EventFilter.Validate(filters);
        var channel = Channel.CreateUnbounded<EventMessage>(new UnboundedChannelOptions { SingleReader = true });
        EventMessage[] past;
        lock (_gate)
        {
            past = sinceNanoseconds is null && untilNanoseconds is null ? [] : [.. _recent.Where(message => message.TimeNano >= (sinceNanoseconds ?? 0))];
            _subscribers.Add(channel);
        }
        return Read(past, channel, untilNanoseconds, filters, ct);
    }

    private async IAsyncEnumerable<EventMessage> Read(EventMessage[] past, Channel<EventMessage> channel, long? until, Filters filters,
        [EnumeratorCancellation] CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            foreach (var message in past)
                if ((until is null or 0 || message.TimeNano <= until) && EventFilter.Matches(filters, message))
                    yield return message;
            if (until is { } end)
            {
                long left = (end - UnixTime.Nanoseconds(DateTimeOffset.UtcNow)) / 1_000_000;
                if (left <= 0)
                    yield break;
                deadline.CancelAfter(TimeSpan.FromMilliseconds(Math.Min(left, int.MaxValue)));
            }
            while (await WaitAsync(channel.Reader, deadline.Token, ct).ConfigureAwait(false))
                while (channel.Reader.TryRead(out var message))
                    if (EventFilter.Matches(filters, message))
                        yield return message;
        }
        finally
        {
            lock (_gate)
                _subscribers.Remove(channel);
        }
    }

    /// <summary>False at the deadline; a cancelled caller throws.</summary>
    private static async Task<bool> WaitAsync(ChannelReader<EventMessage> reader, CancellationToken deadline, CancellationToken ct)
    {
        try
        {
            return await reader.WaitToReadAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
