using System.Net.Mail;

namespace SarkPS.Service.Auth;

/// <summary>The people of the configuration who log in with a password, for clients that ask for one.</summary>
internal sealed class Accounts
{
    private readonly Dictionary<string, AccountOptions> known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the accounts of the configuration.</summary>
    /// <exception cref="SarkException">One of them makes no sense.</exception>
    public Accounts(ServiceOptions options)
    {
        foreach (var account in options.Accounts)
        {
            account.Name = account.Name.Length > 0 ? account.Name : account.Email;
            account.Scopes = account.Scopes.Count > 0 ? account.Scopes : [ApiScopes.Read];
            if ((WrongEmail(account.Email)
                ?? ApiToken.WrongName(account.Name)
                ?? (Passwords.IsHash(account.Password)
                ? null
                : $"Password must be a hash of the form {Passwords.Form}; make one with 'SarkPS.Service {AccountCommand.Verb}'")
                ?? ApiScopes.Wrong(account.Scopes)
                ?? (known.TryAdd(account.Email, account) ? null : "there are two of this address")) is { } wrong)
            {
                throw new SarkException(
                    SarkErrorKind.BadRequest,
                    "Configuration",
                    account.Email,
                    $"The account '{SarkText.Printable(account.Email)}' in Sark:Service:Accounts is wrong: {wrong}.");
            }
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => known.Count;

    /// <summary>All of them.</summary>
    public IEnumerable<AccountOptions> All => known.Values;

    /// <summary>What is wrong with an e-mail address, or null.</summary>
    public static string? WrongEmail(string email) =>
        email.Length == 0
        ? "it has no Email"
        : MailAddress.TryCreate(email, out var address) && address.Address == email ? null : "its Email is no e-mail address";

    /// <summary>The account of an address, whatever the case of its letters; null where there is none.</summary>
    public AccountOptions? Find(string email) => known.GetValueOrDefault(email);
}
