namespace SarkPS.Ami;

/// <summary>The questions with typed answers, the same for a local and a remote Asterisk.</summary>
public static class AsteriskQueries
{
    /// <summary>Every channel, with what <c>CoreShowChannels</c> and <c>Status</c> know about it.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<AsteriskChannel>> GetChannelsAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default)
    {
        // Both are asked at once, so that as little as possible changes between the two.
        var channels = asterisk.ListAsync("CoreShowChannels", cancellationToken);
        var status = (await asterisk.ListAsync("Status", cancellationToken)).ToLookup(s => s["Uniqueid"] ?? "");
        return (await channels).Select(c => new AsteriskChannel(c, status[c["Uniqueid"] ?? ""].FirstOrDefault())).ToArray();
    }

    /// <summary>Conference rooms that somebody is in.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<Conference>> GetConferencesAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("ConfbridgeListRooms", m => new Conference(m), cancellationToken);

    /// <summary>Who is in a conference room; empty when nobody is.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="conference">The room.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<ConferenceMember>> GetConferenceMembersAsync(this IAsteriskOperations asterisk, string conference, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("ConfbridgeList", m => new ConferenceMember(m), cancellationToken, conference);

    /// <summary>The state of every device.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<DeviceState>> GetDeviceStatesAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("DeviceStateList", m => new DeviceState(m), cancellationToken);

    /// <summary>The state of every extension that has a hint.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<ExtensionState>> GetExtensionStatesAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("ExtensionStateList", m => new ExtensionState(m), cancellationToken);

    /// <summary>The state of one extension.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="extension">The extension.</param>
    /// <param name="context">The dial plan context of its hint; null for the usual one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ExtensionState> GetExtensionStateAsync(this IAsteriskOperations asterisk, string extension, string? context = null, CancellationToken cancellationToken = default) =>
        new(await asterisk.OneAsync("ExtensionState", cancellationToken, context is null ? [extension] : [extension, context]));

    /// <summary>
    /// Every SIP peer: of chan_sip, of PJSIP, or of both, whichever this Asterisk has. An endpoint of PJSIP that several
    /// telephones have registered with is there once for each of them.
    /// </summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static async Task<IReadOnlyList<SipPeer>> GetSipPeersAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default)
    {
        var found = await EitherAsync(
            async () => (await asterisk.ListAsync("SIPpeers", cancellationToken)).Select(SipPeer.OfList).ToArray(),
            async () =>
            {
                var contacts = (await asterisk.ListAsync("PJSIPShowContacts", cancellationToken)).ToLookup(c => c["Endpoint"] ?? "");
                return (await asterisk.ListAsync("PJSIPShowEndpoints", cancellationToken))
                    .SelectMany(e => contacts[e["ObjectName"] ?? ""].DefaultIfEmpty(), SipPeer.OfEndpoint).ToArray();
            });
        return found;
    }

    /// <summary>The SIP peer of a name, once for each telephone that has registered. chan_sip tells more about a single one than in its list.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="name">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SarkNotFoundException">Neither SIP module has it.</exception>
    public static async Task<IReadOnlyList<SipPeer>> GetSipPeersAsync(this IAsteriskOperations asterisk, string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return [SipPeer.OfDetails(await asterisk.OneAsync("SIPshowpeer", cancellationToken, name))];
        }
        catch (SarkException e) when (e.Kind is SarkErrorKind.NotFound or SarkErrorKind.Unsupported)
        {
            try
            {
                var peers = (await asterisk.GetSipPeersAsync(cancellationToken)).Where(p => p.Name == name).ToArray();
                return peers.Length > 0 ? peers : throw new SarkNotFoundException("SipPeer", name);
            }
            catch (SarkException denied) when (e.Kind == SarkErrorKind.NotFound && denied.Kind is SarkErrorKind.Denied)
            {
                // chan_sip has no such peer, and PJSIP may not be asked: what is known is the former.
                throw new SarkNotFoundException("SipPeer", name);
            }
        }
    }

    /// <summary>Registrations with other SIP servers, of whichever SIP modules this Asterisk has.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<Registration>> GetSipRegistrationsAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) => EitherAsync(
        async () => (await asterisk.ListAsync("SIPshowregistry", cancellationToken)).Select(m => new Registration(m, "SIP")).ToArray(),
        async () => (await asterisk.ListAsync("PJSIPShowRegistrationsOutbound", cancellationToken)).Select(m => new Registration(m, "PJSIP")).ToArray());

    /// <summary>Every IAX2 peer.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<IaxPeer>> GetIaxPeersAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("IAXpeers", m => new IaxPeer(m), cancellationToken);

    /// <summary>Registrations with other IAX2 servers.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<Registration>> GetIaxRegistrationsAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("IAXregistry", m => new Registration(m, "IAX2"), cancellationToken);

    /// <summary>Every queue with its members and callers.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static async Task<IReadOnlyList<QueueStatus>> GetQueueStatusAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default)
    {
        var items = await asterisk.ListAsync("QueueStatus", cancellationToken);
        var members = items.Where(i => i.Event == "QueueMember").ToLookup(i => i["Queue"], i => new QueueMember(i));
        var callers = items.Where(i => i.Event == "QueueEntry").ToLookup(i => i["Queue"], i => new QueueCaller(i));
        return items.Where(i => i.Event == "QueueParams").Select(q => new QueueStatus(q, members[q["Queue"]].ToArray(), callers[q["Queue"]].ToArray())).ToArray();
    }

    /// <summary>Every queue in numbers.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<QueueSummary>> GetQueueSummaryAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("QueueSummary", m => new QueueSummary(m), cancellationToken);

    /// <summary>Every agent.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<AgentStatus>> GetAgentsAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("Agents", m => new AgentStatus(m), cancellationToken);

    /// <summary>Every voicemail box.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static Task<IReadOnlyList<VoicemailUser>> GetVoicemailUsersAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        asterisk.ListAsync("VoicemailUsersList", m => new VoicemailUser(m), cancellationToken);

    /// <summary>How many messages a mailbox holds.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="mailbox">The box, with or without <c>@context</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Mailbox> GetMailboxAsync(this IAsteriskOperations asterisk, string mailbox, CancellationToken cancellationToken = default)
    {
        var count = asterisk.OneAsync("MailboxCount", cancellationToken, mailbox);
        var status = await asterisk.OneAsync("MailboxStatus", cancellationToken, mailbox);
        return new(await count, status);
    }

    /// <summary>Asterisk's own settings.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static async Task<CoreSettings> GetCoreSettingsAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        new(await asterisk.OneAsync("CoreSettings", cancellationToken));

    /// <summary>How long Asterisk has run, and how busy it is.</summary>
    /// <inheritdoc cref="GetChannelsAsync"/>
    public static async Task<CoreStatus> GetCoreStatusAsync(this IAsteriskOperations asterisk, CancellationToken cancellationToken = default) =>
        new(await asterisk.OneAsync("CoreStatus", cancellationToken));

    /// <summary>
    /// Asks two modules that do the same. One that is not loaded is not missed as long as the other is there. One that the
    /// manager user may not ask is an error only if the other is missing as well, since SARK machines use one of them.
    /// </summary>
    private static async Task<IReadOnlyList<T>> EitherAsync<T>(params Func<Task<T[]>>[] questions)
    {
        var found = new List<T>();
        SarkException? missing = null;
        var answered = false;
        foreach (var ask in questions)
        {
            try
            {
                found.AddRange(await ask());
                answered = true;
            }
            catch (SarkException e) when (e.Kind is SarkErrorKind.Unsupported or SarkErrorKind.Denied)
            {
                missing = missing is { Kind: SarkErrorKind.Denied } ? missing : e;
            }
        }

        return answered ? found : throw missing!;
    }

    private static async Task<IReadOnlyList<AmiMessage>> ListAsync(this IAsteriskOperations asterisk, string function, CancellationToken cancellationToken, params string[] arguments) =>
        (await asterisk.QueryAsync(AmiFunction.Named(function), arguments, cancellationToken)).Skip(1).ToArray();

    private static async Task<IReadOnlyList<T>> ListAsync<T>(this IAsteriskOperations asterisk, string function, Func<AmiMessage, T> read, CancellationToken cancellationToken, params string[] arguments) =>
        (await asterisk.ListAsync(function, cancellationToken, arguments)).Select(read).ToArray();

    private static async Task<AmiMessage> OneAsync(this IAsteriskOperations asterisk, string function, CancellationToken cancellationToken, params string[] arguments) =>
        (await asterisk.QueryAsync(AmiFunction.Named(function), arguments, cancellationToken))[0];
}
