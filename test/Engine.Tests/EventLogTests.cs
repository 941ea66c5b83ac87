using Sampan.Engine.Events;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Tests;

public sealed class EventLogTests
{
    private readonly EventLog _log = new();

    private static async Task<List<EventMessage>> TakeAsync(IAsyncEnumerable<EventMessage> events, int count)
    {
        var taken = new List<EventMessage>();
        await foreach (var message in events)
        {
            taken.Add(message);
            if (taken.Count == count)
                break;
        }
        return taken;
    }

    private void Publish(string action, string id = "c1", params (string Name, string Value)[] attributes) =>
        _log.Publish(EventTypes.Container, action, id, attributes.ToDictionary(pair => pair.Name, pair => pair.Value));

    [Fact]
    public async Task What_is_published_after_the_subscription_is_not_lost()
    {
        var events = _log.Subscribe(null, null, Filters.None, CancellationToken.None);
        Publish("create");
        Publish("start");
        Assert.Equal(["create", "start"], (await TakeAsync(events, 2)).Select(message => message.Action));
    }

    [Fact]
    public async Task Since_brings_back_the_last_256_in_order()
    {
        for (int i = 0; i < 300; i++)
            Publish($"a{i}");
        var events = await TakeAsync(_log.Subscribe(1, UnixTime.Nanoseconds(DateTimeOffset.UtcNow), Filters.None, CancellationToken.None), int.MaxValue);
        Assert.Equal(Enumerable.Range(44, 256).Select(i => $"a{i}"), events.Select(message => message.Action));
        Assert.Equal(events.Select(message => message.TimeNano).Distinct().Order(), events.Select(message => message.TimeNano));
    }

    [Fact]
    public async Task Until_in_the_future_ends_the_stream()
    {
        var events = _log.Subscribe(null, UnixTime.Nanoseconds(DateTimeOffset.UtcNow.AddMilliseconds(300)), Filters.None, CancellationToken.None);
        Publish("create");
        Assert.Single(await TakeAsync(events, int.MaxValue));
    }

    [Theory]
    [InlineData("""{"event":["start"]}""", "start")]
    [InlineData("""{"event":["exec_create"]}""", "exec_create: sh -c true")]
    [InlineData("""{"container":["web"]}""", "start,exec_create: sh -c true")]
    [InlineData("""{"label":["app=x"]}""", "start")]
    [InlineData("""{"image":["nginx"]}""", "start")]
    [InlineData("""{"type":["network"]}""", "connect")]
    public async Task Filters_select(string filters, string expected)
    {
        Publish("start", "c1", ("name", "web"), ("app", "x"), ("image", "nginx:1"));
        Publish("exec_create: sh -c true", "c1", ("name", "web"));
        _log.Publish(EventTypes.Network, "connect", "n1", new Dictionary<string, string> { ["name"] = "bridge", ["container"] = "web" });
        var events = await TakeAsync(_log.Subscribe(1, UnixTime.Nanoseconds(DateTimeOffset.UtcNow), Filters.Parse(filters), CancellationToken.None), int.MaxValue);
        Assert.Equal(expected, string.Join(',', events.Select(message => message.Action)));
    }
}
