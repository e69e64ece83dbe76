namespace SarkPS.Ami;

/// <summary>What is asked about voicemail.</summary>
public static class Voicemail
{
    private static readonly AsteriskFunction Users = new("VoicemailUsersList", "app_voicemail", "call,reporting")
    {
        CompletedBy = "VoicemailUserEntryComplete"
    };
    private static readonly AsteriskFunction Count = new(
        "MailboxCount",
        "core",
        "call,reporting",
        new AsteriskParameter("id", "Mailbox", Suffix: "@default"));
    private static readonly AsteriskFunction Status = new(
        "MailboxStatus",
        "core",
        "call,reporting",
        new AsteriskParameter("id", "Mailbox"));

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [Users, Count, Status];

    /// <summary>Every voicemail box.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<VoicemailUser>> GetVoicemailUsersAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(Users, m => new VoicemailUser(m), cancellationToken);

    /// <summary>How many messages a mailbox holds.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="mailbox">The box, with or without <c>@context</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Mailbox> GetMailboxAsync(
        this IAsteriskOperations asterisk,
        string mailbox,
        CancellationToken cancellationToken = default)
    {
        var count = asterisk.OneAsync(Count, cancellationToken, mailbox);
        var status = await asterisk.OneAsync(Status, cancellationToken, mailbox).ConfigureAwait(false);
        return new(await count.ConfigureAwait(false), status);
    }
}

/// <summary>A voicemail box as it is configured.</summary>
/// <param name="raw">An item of <c>VoicemailUsersList</c>.</param>
public sealed class VoicemailUser(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The box, usually the extension.</summary>
    public string? Mailbox { get; } = raw.Text("VoiceMailbox");

    /// <summary>The voicemail context.</summary>
    public string? Context { get; } = raw.Text("VMContext");

    /// <summary>Its owner.</summary>
    public string? Name { get; } = raw.Text("Fullname");

    /// <summary>Where messages are sent to.</summary>
    public string? Email { get; } = raw.Text("Email");

    /// <summary>Messages are attached to the mail.</summary>
    public bool? Attach { get; } = raw.Flag("AttachMessage");

    /// <summary>Messages are removed once mailed.</summary>
    public bool? Delete { get; } = raw.Flag("DeleteMessage");

    /// <summary>The time zone of its time stamps.</summary>
    public string? TimeZone { get; } = raw.Text("TimeZone");

    /// <summary>Most messages that it holds.</summary>
    public int? MaxMessages { get; } = raw.Int("MaxMessageCount");

    /// <summary>Messages not heard yet.</summary>
    public int? New { get; } = raw.Int("NewMessageCount");

    /// <summary>Messages heard.</summary>
    public int? Old { get; } = raw.Int("OldMessageCount");
}

/// <summary>How many messages a mailbox holds. Asterisk answers zeros for a box that does not exist.</summary>
/// <param name="raw">The answer to <c>MailboxCount</c>.</param>
/// <param name="waiting">The answer to <c>MailboxStatus</c>.</param>
public sealed class Mailbox(AmiMessage raw, AmiMessage waiting) : AsteriskResult(raw)
{
    /// <summary>The box with its voicemail context, such as <c>401@default</c>.</summary>
    public string? Name { get; } = raw.Text("Mailbox");

    /// <summary>The message lamp should be lit.</summary>
    public bool? Waiting { get; } = waiting.Int("Waiting") is { } count ? count > 0 : null;

    /// <summary>Messages not heard yet.</summary>
    public int? New { get; } = raw.Int("NewMessages");

    /// <summary>Messages heard.</summary>
    public int? Old { get; } = raw.Int("OldMessages");

    /// <summary>Urgent messages not heard yet.</summary>
    public int? Urgent { get; } = raw.Int("UrgMessages");
}
