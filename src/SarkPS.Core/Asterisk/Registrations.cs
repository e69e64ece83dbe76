namespace SarkPS.Ami;

/// <summary>What is asked about registrations with other servers.</summary>
public static class Registrations
{
    private static readonly AsteriskFunction Sip = new("SIPshowregistry", "chan_sip", "system,reporting")
    {
        CompletedBy = "RegistrationsComplete"
    };

    // AuthDetail comes along and holds passwords.
    private static readonly AsteriskFunction Pjsip = new(
        "PJSIPShowRegistrationsOutbound",
        "res_pjsip_outbound_registration",
        "system,reporting")
    {
        CompletedBy = "OutboundRegistrationDetailComplete",
        CountedItem = "OutboundRegistrationDetail",
        WithheldItem = "AuthDetail",
    };

    private static readonly AsteriskFunction Iax = new("IAXregistry", "chan_iax2", "system,reporting")
    {
        CompletedBy = "RegistrationsComplete"
    };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [Sip, Pjsip, Iax];

    /// <summary>Registrations with other SIP servers, of whichever SIP modules this Asterisk has.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<Registration>> GetSipRegistrationsAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) => AsteriskQueries.EitherAsync(
        () => asterisk.ListAsync(Sip, m => new Registration(m, "SIP"), cancellationToken),
        () => asterisk.ListAsync(Pjsip, m => new Registration(m, "PJSIP"), cancellationToken));

    /// <summary>Registrations with other IAX2 servers.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<Registration>> GetIaxRegistrationsAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(Iax, m => new Registration(m, "IAX2"), cancellationToken);
}

/// <summary>How far a registration with another server has come.</summary>
public enum RegistrationStatus
{
    /// <summary>Another word of Asterisk's; the raw field has it.</summary>
    Other,

    /// <summary>Registered.</summary>
    Registered,

    /// <summary>Not registered.</summary>
    Unregistered,

    /// <summary>Asked, no answer yet.</summary>
    RequestSent,

    /// <summary>Answered the other server's challenge.</summary>
    AuthSent,

    /// <summary>The other server wants no challenge and no registration.</summary>
    NoAuthentication,

    /// <summary>The other server refused.</summary>
    Rejected,

    /// <summary>The other server did not answer.</summary>
    Timeout,

    /// <summary>Given up.</summary>
    Failed,
}

/// <summary>A registration of this exchange with another server, such as a trunk's carrier.</summary>
/// <param name="raw">An item of <c>SIPshowregistry</c>, <c>IAXregistry</c> or <c>PJSIPShowRegistrationsOutbound</c>.</param>
/// <param name="technology"><c>SIP</c>, <c>PJSIP</c> or <c>IAX2</c>.</param>
public sealed class Registration(AmiMessage raw, string technology) : AsteriskResult(raw)
{
    /// <summary><c>SIP</c>, <c>PJSIP</c> or <c>IAX2</c>.</summary>
    public string Technology { get; } = technology;

    /// <summary>The server.</summary>
    public string? Host { get; } = raw.Text("Host") ?? raw.Text("ServerUri");

    /// <summary>Its port, where it is not part of the host.</summary>
    public int? Port { get; } = raw.Int("Port");

    /// <summary>The user name there.</summary>
    public string? UserName { get; } = raw.Text("Username") ?? raw.Text("ClientUri");

    /// <summary>The SIP domain.</summary>
    public string? Domain { get; } = raw.Text("Domain");

    /// <summary>How often it is renewed.</summary>
    public TimeSpan? Refresh { get; } = raw.Seconds("Refresh") ?? raw.Seconds("Expiration");

    /// <summary>How far it has come.</summary>
    public RegistrationStatus State { get; } = raw["State"] is not null
        ? raw.Word("State", RegistrationStatus.Other)
        : raw.Word("Status", RegistrationStatus.Other);

    /// <summary>When it was made, or null.</summary>
    public DateTimeOffset? Registered { get; } = raw.Epoch("RegistrationTime");

    /// <summary>The address at which the other server sees this one; IAX2 only.</summary>
    public string? Perceived { get; } = raw.Text("Perceived");
}
