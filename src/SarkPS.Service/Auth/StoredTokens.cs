using System.Collections.Concurrent;
using System.Net;
using SarkPS.Data;

namespace SarkPS.Service.Auth;

/// <summary>A token of the service's own database.</summary>
internal sealed class StoredToken : TokenOptions
{
    /// <summary>The networks that it may be used from; none for any.</summary>
    public required IReadOnlyList<IPNetwork> Networks { get; init; }
}

/// <summary>
/// The tokens that are made and revoked while the service runs. Looked up anew for each request, so that one that was revoked,
/// here or by another process, is refused by the next.
/// </summary>
/// <param name="settings">Tells where they are.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Is told of tokens that are used from where they may not be.</param>
internal sealed class StoredTokens(ServiceSettings settings, TimeProvider clock, ILogger<StoredTokens> logger) : IDisposable
{
    // By its hash, which no two have: nothing of a token ever changes.
    private readonly ConcurrentDictionary<string, StoredToken> made = [];

    /// <summary>The file that they are in.</summary>
    public ApiTokenFile File { get; } = ApiTokenFile.Of(settings.Sark, clock: clock);

    /// <summary>Whether there is one, or has been: then nobody is served without.</summary>
    /// <exception cref="SarkException">The file cannot be read; then nobody is served.</exception>
    public bool Closes => File.Closes;

    /// <summary>The token that a caller sent, by its hash; null when there is none, it has expired, or he may not use it where he is.</summary>
    /// <exception cref="SarkException">The file cannot be read, so that nobody can tell.</exception>
    public TokenOptions? Find(byte[] hash, HttpContext context)
    {
        var sha256 = Convert.ToHexStringLower(hash);
        if (File.Find(sha256) is not { } found || found.Token.Expires <= clock.GetUtcNow())
        {
            made.TryRemove(sha256, out _);
            return null;
        }

        var token = Get(found);
        if (token.Networks.Count > 0 && !token.Networks.Any(n => IsIn(context, n)))
        {
            logger.LogWarning(
                "The token '{Token}' was sent from {Source}, which is in none of its networks: {Networks}",
                token.Name,
                Caller.Source(context),
                string.Join(", ", found.Token.Networks));
            return null;
        }

        File.NoteUse(sha256, Caller.Source(context));
        return token;
    }

    /// <summary>Those that are there, for the log; none while the file cannot be read.</summary>
    public IReadOnlyList<ApiToken> All
    {
        get
        {
            try
            {
                return File.ListAsync().GetAwaiter().GetResult();
            }
            catch (SarkException error)
            {
                logger.LogWarning("The tokens of the service's database cannot be read: {Reason}", error.MessageWithPath);
                return [];
            }
        }
    }

    public void Dispose() => File.Dispose();

    // A caller without an address is of this machine.
    private static bool IsIn(HttpContext context, IPNetwork network)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        return network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
    }

    private StoredToken Get(StoredApiToken found) => made.GetOrAdd(found.Sha256, _ => new StoredToken
    {
        Name = found.Token.Name,
        Sha256 = found.Sha256,
        Scopes = [.. found.Token.Scopes],
        Expires = found.Token.Expires,
        Networks = [.. found.Token.Networks.Select(ApiNetworks.Read).OfType<IPNetwork>()],
    });
}
