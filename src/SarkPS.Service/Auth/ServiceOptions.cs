using System.ComponentModel.DataAnnotations;

namespace SarkPS.Service.Auth;

/// <summary>Who is served without what.</summary>
internal enum AccessMode
{
    /// <summary>Callers on this machine need no token while none is configured; all others need TLS and a token.</summary>
    Loopback,

    /// <summary>Every caller needs a token.</summary>
    Tokens,

    /// <summary>Other machines are served without TLS, and without a token while none is configured.</summary>
    Open,
}

/// <summary>Who may call the service and how often. Bound from the configuration section <c>Sark:Service</c>.</summary>
internal sealed class ServiceOptions
{
    /// <summary>Each draft is a copy of the database, secrets included: none is kept for longer.</summary>
    public static readonly TimeSpan LongestDraftTime = TimeSpan.FromDays(1);

    /// <summary>Who is served without a token or TLS. Open only for a network that nobody else is on.</summary>
    public AccessMode? Access { get; set; }

    /// <summary>The older name of <see cref="AccessMode.Open"/>.</summary>
    public bool? AllowOpen { get; set; }

    /// <summary>Requests that one caller may send in a minute; 0 for no limit. Callers on this machine without a token have none.</summary>
    [Range(0, int.MaxValue)]
    public int RequestsPerMinute { get; set; } = 6000;

    /// <summary>Of these, those that make calls or have the machine do something; 0 for no limit of their own.</summary>
    [Range(0, int.MaxValue)]
    public int CommandsPerMinute { get; set; } = 600;

    /// <summary>Requests of one caller that are answered at a time, streams of events among them; 0 for no limit.</summary>
    [Range(0, int.MaxValue)]
    public int RequestsAtOnce { get; set; } = 128;

    /// <summary>Largest body of a request, in bytes. Uploads have limits of their own.</summary>
    [Range(1024, 1 << 30)]
    public long MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Most steps of a change set.</summary>
    [Range(1, 1_000_000)]
    public int BatchSteps { get; set; } = 20_000;

    /// <summary>Largest body of a change set, in bytes.</summary>
    [Range(1024, 1 << 30)]
    public long BatchBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a draft is kept that nobody asks for.</summary>
    public TimeSpan DraftTime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Most drafts of one caller at a time. Each is a copy of the database.</summary>
    [Range(0, 1000)]
    public int DraftsPerCaller { get; set; } = 4;

    /// <summary>Most drafts of all callers at a time.</summary>
    [Range(0, 1000)]
    public int Drafts { get; set; } = 16;

    /// <summary>The tokens that are accepted. Left out: see <see cref="Access"/>.</summary>
    public List<TokenOptions> Tokens { get; set; } = [];

    /// <summary>Who may log in with a password. They close the service as tokens do.</summary>
    public List<AccountOptions> Accounts { get; set; } = [];

    /// <summary>How long a login lasts.</summary>
    public TimeSpan LoginTime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>
    /// The origins, such as <c>https://pbx.example.com</c>, whose pages may use the service from a browser (CORS). None
    /// without it.
    /// </summary>
    public List<string> Origins { get; set; } = [];

    /// <summary>
    /// Names, beside its addresses, that the service is called by in the header Host; <c>*.example.com</c> for all below
    /// one.
    /// </summary>
    public List<string> Hosts { get; set; } = [];

    /// <summary>Addresses and networks of proxies whose word about the caller (X-Forwarded-For) is taken.</summary>
    public List<string> Proxies { get; set; } = [];

    /// <summary>What is in force.</summary>
    public AccessMode Mode => Access ?? (AllowOpen == true ? AccessMode.Open : AccessMode.Loopback);
}

/// <summary>One token.</summary>
internal class TokenOptions
{
    /// <summary>Who it was given to; appears in the log.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the token, 64 hexadecimal digits. The token itself is never stored.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>What it allows: read, write, call, system. Left out: read.</summary>
    public List<string> Scopes { get; set; } = [];

    /// <summary>When it stops being accepted; never without it.</summary>
    public DateTimeOffset? Expires { get; set; }
}

/// <summary>One account.</summary>
internal sealed class AccountOptions
{
    /// <summary>Who it is; appears in the log. Left out: the address.</summary>
    public string Name { get; set; } = "";

    /// <summary>The e-mail address that is logged in with.</summary>
    public string Email { get; set; } = "";

    /// <summary>The hash of the password, as the account command prints it. The password itself is never stored.</summary>
    public string Password { get; set; } = "";

    /// <summary>What it allows: read, write, call, system. Left out: read.</summary>
    public List<string> Scopes { get; set; } = [];
}
