namespace SarkPS.Service.Auth;

/// <summary>Who may call the service and how often. Bound from the configuration section <c>Sark:Service</c>.</summary>
internal sealed class ServiceOptions
{
    /// <summary>Serve addresses beyond this machine without TLS or without tokens. Only for a network that nobody else is on.</summary>
    public bool AllowOpen { get; set; }

    /// <summary>Requests that one caller may send in a minute; 0 for no limit. Callers on this machine without a token have none.</summary>
    public int RequestsPerMinute { get; set; } = 6000;

    /// <summary>Largest body of a request, in bytes. Uploads have limits of their own.</summary>
    public long MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>The tokens that are accepted. None: no token is asked for.</summary>
    public List<TokenOptions> Tokens { get; set; } = [];
}

/// <summary>One token.</summary>
internal sealed class TokenOptions
{
    /// <summary>Who it was given to; appears in the log.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the token, 64 hexadecimal digits. The token itself is never stored.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>What it allows: read, write, call, system.</summary>
    public List<string> Scopes { get; set; } = ["read"];

    /// <summary>When it stops being accepted; never without it.</summary>
    public DateTimeOffset? Expires { get; set; }
}
