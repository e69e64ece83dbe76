using SarkPS.Data;

namespace SarkPS.Service.Auth;

/// <summary>A token that an account got for its password. It allows what the account is allowed now.</summary>
internal sealed class LoginToken : TokenOptions
{
    /// <summary>The address of the account.</summary>
    public required string Email { get; init; }
}

/// <summary>
/// Who is logged in. Kept in memory only, so that a restart logs everybody out. A login ends with its time, with a logout,
/// and with any change of the account's password.
/// </summary>
internal sealed class Logins(ServiceSettings settings, TimeProvider clock) : IDisposable
{
    // A browser that is closed logs nobody out; more than these of one account are forgotten, the oldest first.
    private const int MostOfAccount = 100;

    // Hashing keeps a processor busy for a moment. Many at once would be at the cost of everybody else.
    private const int AtOnce = 2;

    private readonly SemaphoreSlim hashing = new(AtOnce);
    private readonly Dictionary<string, Login> logins = [];

    /// <summary>Judges a password.</summary>
    /// <returns>A token, shown this once, and how long it lasts; null when the address or the password is wrong.</returns>
    public async Task<(string Token, TimeSpan Lasts)?> LoginAsync(string email, string password, CancellationToken cancellationToken)
    {
        if (password.Length > Passwords.Longest)
        {
            return null;
        }

        var account = settings.Current.Accounts.Find(email);
        bool isRight;
        await hashing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // As long for an address that nobody has.
            isRight = await Task.Run(() => Passwords.Matches(password, account?.Password ?? Passwords.OfNobody), cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            hashing.Release();
        }

        if (account is null || !isRight)
        {
            return null;
        }

        var (token, hash) = ApiTokenFile.Make();
        var lasts = settings.Current.Options.LoginTime;
        var now = clock.GetUtcNow();
        lock (logins)
        {
            foreach (var (old, _) in logins.Where(l => l.Value.Expires <= now).ToArray())
            {
                logins.Remove(old);
            }

            foreach (var (old, _) in logins.Where(l => l.Value.Email == account.Email).OrderBy(l => l.Value.Expires)
                .SkipLast(MostOfAccount - 1)
                .ToArray())
            {
                logins.Remove(old);
            }

            logins[hash] = new Login(account.Email, account.Password, now + lasts);
        }

        return (token, lasts);
    }

    /// <summary>The login whose token a caller sent; null when there is none, or it has ended.</summary>
    public LoginToken? Find(byte[] sent)
    {
        var hash = Convert.ToHexStringLower(sent);
        Login? login;
        lock (logins)
        {
            login = logins.GetValueOrDefault(hash);
        }

        return login is not null && login.Expires > clock.GetUtcNow() && settings.Current.Accounts.Find(login.Email) is { } account
            && account.Password == login.Password
            ? new LoginToken { Name = account.Name, Email = account.Email, Scopes = account.Scopes, Sha256 = hash, Expires = login.Expires }
            : null;
    }

    /// <summary>Ends a login.</summary>
    public void End(LoginToken login)
    {
        lock (logins)
        {
            logins.Remove(login.Sha256);
        }
    }

    public void Dispose() => hashing.Dispose();

    private sealed record Login(string Email, string Password, DateTimeOffset Expires);
}
