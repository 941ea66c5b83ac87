using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;

namespace Sampan.Images.Tests.Harness;

/// <summary>A token server as distribution's docs/spec/auth/token.md describes it: knows "ann" with "secret"; strangers may pull below "public/".</summary>
public sealed class TokenServer : IDisposable
{
    public const string Service = "test-registry";
    public const string Issuer = "test-issuer";
    private readonly HttpListener _listener = new();
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly string _address = $"127.0.0.1:{Ports.Free()}";

    public TokenServer()
    {
        var request = new CertificateRequest("CN=token server", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _listener.Prefixes.Add($"http://{_address}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Realm => $"http://{_address}/token";

    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>Queries it was asked, with the Authorization header.</summary>
    public ConcurrentQueue<(string Query, string? Authorization)> Requests { get; } = new();

    public string Token(string repository, params string[] actions)
    {
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var names = repository == "*" ? (string[])["public/app", "private/app"] : [repository];
        var claims = new JsonObject
        {
            ["iss"] = Issuer, ["sub"] = "", ["aud"] = Service, ["exp"] = now + 300, ["nbf"] = now - 10, ["iat"] = now, ["jti"] = Guid.NewGuid().ToString(),
            ["access"] = new JsonArray([.. names.Select(name => new JsonObject
            {
                ["type"] = "repository", ["name"] = name, ["actions"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]),
            })]),
        };
        string signed = Base64Url(Encoding.UTF8.GetBytes(header.ToJsonString())) + "." + Base64Url(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        return signed + "." + Base64Url(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public void Dispose()
    {
        _listener.Close();
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true) Answer(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // closed
        }
    }

    private void Answer(HttpListenerContext context)
    {
        string? authorization = context.Request.Headers["Authorization"];
        Requests.Enqueue((context.Request.Url!.Query, authorization));
        bool known = authorization == "Basic " + Convert.ToBase64String("ann:secret"u8);
        if (authorization is not null && !known)
        {
            Write(context, 401, """{"details":"incorrect username or password"}""");
            return;
        }
        string[] scope = (HttpUtility.ParseQueryString(context.Request.Url.Query)["scope"] ?? "").Split(':');
        bool granted = scope.Length == 3 && (known || scope[1].StartsWith("public/", StringComparison.Ordinal));
        Write(context, 200, new JsonObject { ["token"] = granted ? Token(scope[1], scope[2].Split(',')) : Token("nothing") }.ToJsonString());
    }

    private static void Write(HttpListenerContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Close(Encoding.UTF8.GetBytes(json), willBlock: false);
    }

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
