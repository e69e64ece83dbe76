using System.Globalization;
using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary>The base of cmdlets that ask Asterisk for a list and may be given names to look for in it.</summary>
/// <typeparam name="T">What the list holds.</typeparam>
public abstract class AsteriskListCommand<T> : SarkCmdlet
{
    /// <summary>What to look for; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it literal. Without it, everything is listed.</summary>
    [Parameter(Position = 0)]
    [Alias("Key", "pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Name { get; set; }

    /// <summary>What is piped in, taken for what it is and letter by letter: names, what this command lists, or rows of the resource that it is about.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>The kinds of things, beside what it lists, that name something here.</summary>
    private protected virtual string[] Kinds => [];

    /// <summary>The property of what it lists that is the name.</summary>
    private protected virtual string NameProperty => "Name";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused())
        {
            return;
        }

        if (!IsPiped && Name is null)
        {
            Try(() => WriteObject(Wait(token => AskAsync(Backend.Asterisk, token)), enumerateCollection: true));
            return;
        }

        ForEachWish(Name, InputObject, wish =>
        {
            var noun = typeof(T).Name;
            if (wish.Item is not null && Name is not null)
            {
                throw new SarkException(SarkErrorKind.BadRequest, noun, wish.Item.Source, "Names are either given with -Name or piped in, not both.");
            }

            if (wish.IsPattern)
            {
                var matches = wish.Matcher(noun);
                WriteObject(Wait(token => AskAsync(Backend.Asterisk, token)).Where(i => matches(NameOf(i))), enumerateCollection: true);
                return;
            }

            var name = wish.Item is not { } item ? wish.Literal
                : item.NameFor(noun, [noun, .. Kinds], item.Kind == noun ? [NameProperty] : ["Name", "Key", "pkey"]);
            WriteObject(Wait(token => FindAsync(Backend.Asterisk, name, token)), enumerateCollection: true);
        });
    }

    /// <summary>The whole list.</summary>
    protected abstract Task<IReadOnlyList<T>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken);

    /// <summary>What an item is called.</summary>
    protected abstract string? NameOf(T item);

    /// <summary>The items of one name.</summary>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    protected virtual async Task<IReadOnlyList<T>> FindAsync(IAsteriskOperations asterisk, string name, CancellationToken cancellationToken)
    {
        var found = (await AskAsync(asterisk, cancellationToken).ConfigureAwait(false)).Where(i => string.Equals(NameOf(i), name, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found.Length > 0 ? found : throw new SarkNotFoundException(typeof(T).Name, name);
    }
}

/// <summary><c>Get-SarkChannel</c>: the channels of the calls that are up, from CoreShowChannels and Status together.</summary>
[Cmdlet(VerbsCommon.Get, "SarkChannel")]
[OutputType(typeof(AsteriskChannel))]
public sealed class GetSarkChannelCommand : AsteriskListCommand<AsteriskChannel>
{
        private protected override string NameProperty => "Channel";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<AsteriskChannel>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetChannelsAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(AsteriskChannel item) => item.Channel;
}

/// <summary><c>Get-SarkConference</c>: conference rooms that somebody is in.</summary>
[Cmdlet(VerbsCommon.Get, "SarkConference")]
[OutputType(typeof(Conference))]
public sealed class GetSarkConferenceCommand : AsteriskListCommand<Conference>
{
    /// <inheritdoc/>
    protected override Task<IReadOnlyList<Conference>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetConferencesAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(Conference item) => item.Name;
}

/// <summary><c>Get-SarkDeviceState</c>: what devices are doing.</summary>
[Cmdlet(VerbsCommon.Get, "SarkDeviceState")]
[OutputType(typeof(DeviceState))]
public sealed class GetSarkDeviceStateCommand : AsteriskListCommand<DeviceState>
{
    private protected override string NameProperty => "Device";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<DeviceState>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetDeviceStatesAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(DeviceState item) => item.Device;
}

/// <summary><c>Get-SarkExtensionState</c>: what the devices behind extensions are doing.</summary>
[Cmdlet(VerbsCommon.Get, "SarkExtensionState")]
[OutputType(typeof(ExtensionState))]
public sealed class GetSarkExtensionStateCommand : AsteriskListCommand<ExtensionState>
{
    private protected override string[] Kinds => ["Extension"];

    private protected override string NameProperty => "Extension";

    /// <summary>The dial plan context of the hints; * and ? stand for any letters.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Context { get; set; }

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<ExtensionState>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken)
    {
        var all = await asterisk.GetExtensionStatesAsync(cancellationToken).ConfigureAwait(false);
        return Context is null ? all : [.. all.Where(s => WildcardPattern.Get(Context, WildcardOptions.IgnoreCase).IsMatch(s.Context ?? ""))];
    }

    /// <inheritdoc/>
    protected override string? NameOf(ExtensionState item) => item.Extension;
}

/// <summary><c>Get-SarkSipPeer</c>: SIP telephones and trunks, of chan_sip and PJSIP alike.</summary>
[Cmdlet(VerbsCommon.Get, "SarkSipPeer")]
[OutputType(typeof(SipPeer))]
public sealed class GetSarkSipPeerCommand : AsteriskListCommand<SipPeer>
{
    private protected override string[] Kinds => ["Extension", "Trunk"];

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<SipPeer>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetSipPeersAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(SipPeer item) => item.Name;

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<SipPeer>> FindAsync(IAsteriskOperations asterisk, string name, CancellationToken cancellationToken) =>
        asterisk.GetSipPeersAsync(name, cancellationToken);
}

/// <summary><c>Get-SarkSipRegistration</c>: registrations of this exchange with SIP carriers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkSipRegistration")]
[OutputType(typeof(Registration))]
public sealed class GetSarkSipRegistrationCommand : AsteriskListCommand<Registration>
{
    private protected override string NameProperty => "UserName";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<Registration>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetSipRegistrationsAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(Registration item) => item.UserName;
}

/// <summary><c>Get-SarkIaxPeer</c>: IAX2 telephones and trunks.</summary>
[Cmdlet(VerbsCommon.Get, "SarkIaxPeer")]
[OutputType(typeof(IaxPeer))]
public sealed class GetSarkIaxPeerCommand : AsteriskListCommand<IaxPeer>
{
    private protected override string[] Kinds => ["Extension", "Trunk"];

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<IaxPeer>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetIaxPeersAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(IaxPeer item) => item.Name;
}

/// <summary><c>Get-SarkIaxRegistration</c>: registrations of this exchange with IAX2 servers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkIaxRegistration")]
[OutputType(typeof(Registration))]
public sealed class GetSarkIaxRegistrationCommand : AsteriskListCommand<Registration>
{
    private protected override string NameProperty => "UserName";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<Registration>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetIaxRegistrationsAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(Registration item) => item.UserName;
}

/// <summary><c>Get-SarkQueueStatus</c>: queues with their members and callers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkQueueStatus")]
[OutputType(typeof(QueueStatus))]
public sealed class GetSarkQueueStatusCommand : AsteriskListCommand<QueueStatus>
{
    private protected override string[] Kinds => ["Queue", "QueueSummary"];

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<QueueStatus>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetQueueStatusAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(QueueStatus item) => item.Name;
}

/// <summary><c>Get-SarkQueueSummary</c>: queues in numbers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkQueueSummary")]
[OutputType(typeof(QueueSummary))]
public sealed class GetSarkQueueSummaryCommand : AsteriskListCommand<QueueSummary>
{
    private protected override string[] Kinds => ["Queue", "QueueStatus"];

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<QueueSummary>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetQueueSummaryAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(QueueSummary item) => item.Name;
}

/// <summary><c>Get-SarkAgentStatus</c>: what agents are doing.</summary>
[Cmdlet(VerbsCommon.Get, "SarkAgentStatus")]
[OutputType(typeof(AgentStatus))]
public sealed class GetSarkAgentStatusCommand : AsteriskListCommand<AgentStatus>
{
    private protected override string[] Kinds => ["Agent"];

    private protected override string NameProperty => "Agent";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<AgentStatus>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetAgentsAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(AgentStatus item) => item.Agent;
}

/// <summary><c>Get-SarkVoicemailUser</c>: voicemail boxes as they are configured.</summary>
[Cmdlet(VerbsCommon.Get, "SarkVoicemailUser")]
[OutputType(typeof(VoicemailUser))]
public sealed class GetSarkVoicemailUserCommand : AsteriskListCommand<VoicemailUser>
{
    private protected override string[] Kinds => ["Extension"];

    private protected override string NameProperty => "Mailbox";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<VoicemailUser>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) => asterisk.GetVoicemailUsersAsync(cancellationToken);

    /// <inheritdoc/>
    protected override string? NameOf(VoicemailUser item) => item.Mailbox;
}

/// <summary>Takes numbers, and texts that are numbers, as seconds. PowerShell itself takes a number as ticks and the text <c>20</c> as days.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            TimeSpan => value,
            IConvertible number when double.TryParse(Convert.ToString(number, CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds => TimeSpan.FromSeconds(seconds),
            _ => inputData,
        };
    }
}
