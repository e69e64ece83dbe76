namespace SarkPS.Ami;

/// <summary>A parameter of a function: its place in the address and its name in the action.</summary>
/// <param name="Name">Its name in addresses and in messages, such as <c>id</c>.</param>
/// <param name="Field">The action's key, such as <c>Queue</c>.</param>
/// <param name="Default">What is sent when it is left out; null: it must be given, unless <paramref name="Optional"/>.</param>
/// <param name="Optional">It may be left out and is not sent then.</param>
/// <param name="Suffix">What is added when the value has no <c>@</c>, such as <c>@default</c> for mailboxes.</param>
public sealed record AmiParameter(string Name, string Field, string? Default = null, bool Optional = false, string? Suffix = null);

/// <summary>
/// A question that may be asked of Asterisk through the service, everything about it in one place: the action, its
/// parameters, how its answer ends, and what a manager user needs for it. The service's routes, the remote client and the
/// table in the documentation all come from here.
/// </summary>
public sealed class AmiFunction
{
    internal AmiFunction(string name, string module, string classes, params AmiParameter[] parameters)
    {
        Name = name;
        Module = module;
        Classes = classes.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Parameters = parameters;
    }

    /// <summary>The action's name and the function's in the address, with Asterisk's own capitals.</summary>
    public string Name { get; }

    /// <summary>The module of Asterisk that offers the action.</summary>
    public string Module { get; }

    /// <summary>A manager user needs one of these write classes; empty: any user may. As Asterisk 16's ListCommands tells it.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Its parameters, in the order in which they stand in the address.</summary>
    public IReadOnlyList<AmiParameter> Parameters { get; }

    /// <summary>True when a list answers it.</summary>
    public bool IsList => CompletedBy is not null;

    /// <summary>The event that completes the list.</summary>
    public string? CompletedBy { get; private init; }

    private string? UntaggedItem { get; init; }

    private string? CountedItem { get; init; }

    // Answers of kind Error that only mean that there is nothing.
    private IReadOnlyList<string> Empty { get; init; } = [];

    /// <summary>Every function, in alphabetical order.</summary>
    public static IReadOnlyList<AmiFunction> All { get; } =
    [
        new("Agents", "app_agent_pool", "agent") { CompletedBy = "AgentsComplete" },
        new("ConfbridgeList", "app_confbridge", "reporting", new AmiParameter("id", "Conference"))
        {
            CompletedBy = "ConfbridgeListComplete",
            Empty = ["No active conferences.", "No Conference by that name found."],
        },
        new("ConfbridgeListRooms", "app_confbridge", "reporting") { CompletedBy = "ConfbridgeListRoomsComplete", Empty = ["No active conferences."] },
        new("CoreSettings", "core", "system,reporting"),
        new("CoreShowChannels", "core", "system,reporting") { CompletedBy = "CoreShowChannelsComplete" },
        new("CoreStatus", "core", "system,reporting"),
        new("DeviceStateList", "core", "call,reporting") { CompletedBy = "DeviceStateListComplete" },
        new("ExtensionState", "core", "call,reporting", new AmiParameter("id", "Exten"), new AmiParameter("context", "Context", "extensions")),
        new("ExtensionStateList", "core", "call,reporting") { CompletedBy = "ExtensionStateListComplete" },
        new("IAXpeers", "chan_iax2", "system,reporting") { CompletedBy = "PeerlistComplete", UntaggedItem = "PeerEntry" },
        new("IAXregistry", "chan_iax2", "system,reporting") { CompletedBy = "RegistrationsComplete" },
        new("ListCommands", "core", ""),
        new("MailboxCount", "core", "call,reporting", new AmiParameter("id", "Mailbox", Suffix: "@default")),
        new("MailboxStatus", "core", "call,reporting", new AmiParameter("id", "Mailbox")),
        new("PJSIPShowContacts", "res_pjsip", "system") { CompletedBy = "ContactListComplete", Empty = ["No Contacts found"] },
        new("PJSIPShowEndpoints", "res_pjsip", "system") { CompletedBy = "EndpointListComplete", Empty = ["No endpoints found"] },
        new("PJSIPShowRegistrationsOutbound", "res_pjsip_outbound_registration", "system,reporting")
        {
            CompletedBy = "OutboundRegistrationDetailComplete",
            CountedItem = "OutboundRegistrationDetail",
        },
        new("QueueStatus", "app_queue", "", new AmiParameter("id", "Queue", Optional: true)) { CompletedBy = "QueueStatusComplete" },
        new("QueueSummary", "app_queue", "", new AmiParameter("id", "Queue", Optional: true)) { CompletedBy = "QueueSummaryComplete" },
        new("SIPpeers", "chan_sip", "system,reporting") { CompletedBy = "PeerlistComplete" },
        new("SIPshowpeer", "chan_sip", "system,reporting", new AmiParameter("id", "Peer")),
        new("SIPshowregistry", "chan_sip", "system,reporting") { CompletedBy = "RegistrationsComplete" },
        new("Status", "core", "system,call,reporting") { CompletedBy = "StatusComplete" },
        new("VoicemailUsersList", "app_voicemail", "call,reporting") { CompletedBy = "VoicemailUserEntryComplete" },
    ];

    private static readonly Dictionary<string, AmiFunction> ByName = All.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>The function of a name, or null. Capitals count, as in Asterisk's documentation.</summary>
    /// <param name="name">The name.</param>
    public static AmiFunction? Find(string name) => ByName.GetValueOrDefault(name);

    internal static AmiFunction Named(string name) => ByName[name];

    /// <summary>The action that asks the question.</summary>
    /// <param name="arguments">One text for each parameter; those at the end may be missing when they may be left out.</param>
    /// <exception cref="SarkValidationException">An argument is missing, or holds what must not be sent.</exception>
    public AmiAction Action(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var action = new AmiAction(Name)
        {
            Answer = IsList ? AmiAnswer.List : AmiAnswer.Response,
            CompletedBy = CompletedBy,
            UntaggedItem = UntaggedItem,
            CountedItem = CountedItem,
        };
        if (arguments.Count > Parameters.Count)
        {
            throw new SarkValidationException("Asterisk", Name, "id", $"The function {Name} takes {Parameters.Count} parameters.");
        }

        for (var i = 0; i < Parameters.Count; i++)
        {
            var parameter = Parameters[i];
            var value = i < arguments.Count && arguments[i].Length > 0 ? arguments[i] : parameter.Default;
            if (value is null)
            {
                if (!parameter.Optional)
                {
                    throw new SarkValidationException("Asterisk", Name, parameter.Name, $"The {parameter.Name} field is required.");
                }

                continue;
            }

            AsteriskRules.Sendable(Name, parameter.Name, parameter.Field, value);
            action.With(parameter.Field, parameter.Suffix is { } suffix && !value.Contains('@', StringComparison.Ordinal) ? value + suffix : value);
        }

        return action;
    }

    /// <summary>Whether an answer of kind Error only means that there is nothing to list.</summary>
    internal bool MeansEmpty(AmiActionException failure) => Empty.Contains(failure.Response.Message, StringComparer.Ordinal);
}

/// <summary>Rules for values that go to Asterisk, with the messages that the service's clients know.</summary>
public static class AsteriskRules
{
    /// <summary>Most characters of a family and a key of Asterisk's database together, its two slashes included.</summary>
    public const int MaxDbKey = 255;

    /// <summary>Refuses what must not be sent as a value.</summary>
    /// <param name="target">What is asked for, for the error.</param>
    /// <param name="name">The parameter's name, for the error.</param>
    /// <param name="field">The action's key.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="SarkValidationException">It must not.</exception>
    public static void Sendable(string target, string name, string field, string value)
    {
        if (AmiAction.Refusal(field, value) is { } reason)
        {
            throw new SarkValidationException("Asterisk", target, name, $"The {name} {reason}.");
        }
    }

    /// <summary>Checks family and key of a database entry.</summary>
    /// <param name="family">The family, such as <c>cfim</c>; slashes make a deeper one.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="SarkValidationException">One of them cannot be.</exception>
    public static void DbKey(string family, string key)
    {
        foreach (var (name, field, value) in new[] { ("id", "Family", family), ("key", "Key", key) })
        {
            if (string.IsNullOrEmpty(value))
            {
                throw new SarkValidationException("DbEntry", $"{family}/{key}", name, $"The {name} field is required.");
            }

            Sendable($"{family}/{key}", name, field, value);
        }

        if (family.Length + key.Length + 2 > MaxDbKey)
        {
            throw new SarkValidationException("DbEntry", $"{family}/{key}", "key", $"The id and key together may not be longer than {MaxDbKey - 2} characters.");
        }
    }

    /// <summary>
    /// Checks the name of a channel. One between slashes would be taken as a pattern and hang up every call that it fits.
    /// </summary>
    /// <param name="channel">The name, such as <c>PJSIP/44107-00000155</c>.</param>
    /// <exception cref="SarkValidationException">It is not the name of a channel.</exception>
    public static void Channel(string channel)
    {
        Sendable(channel, "key", "Channel", channel);
        var slash = channel.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == channel.Length - 1)
        {
            throw new SarkValidationException("Call", channel, "key", "The key must be the name of a channel, such as PJSIP/44107-00000155.");
        }
    }

    /// <summary>Checks what a call is made of.</summary>
    /// <param name="request">The call.</param>
    /// <exception cref="SarkValidationException">Something is missing or cannot be.</exception>
    public static void Originate(OriginateRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var errors = new List<KeyValuePair<string, IReadOnlyList<string>>>();
        Rule("target", request.Target, IsNumber, "must be an integer");
        Rule("caller", request.Caller, IsNumber, "must be a number");
        Rule("context", request.Context, IsName, "may only contain letters, numbers, dashes and underscores");
        Rule("clid", request.CallerId, IsNumber, "must be a number");
        if (errors.Count > 0)
        {
            throw new SarkValidationException("Call", request.Target, errors);
        }

        void Rule(string name, string? value, Func<string, bool> good, string message)
        {
            if (string.IsNullOrEmpty(value))
            {
                errors.Add(new(name, [$"The {name} field is required."]));
            }
            else if (!good(value))
            {
                errors.Add(new(name, [$"The {name} {message}."]));
            }
        }
    }

    /// <summary>Checks the run-time values of an extension. A text that is not null must be a telephone number.</summary>
    /// <param name="extension">The extension.</param>
    /// <param name="changes">The changes.</param>
    /// <exception cref="SarkValidationException">One of them cannot be.</exception>
    public static void Runtime(string extension, ExtensionRuntimeChanges changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var errors = new List<KeyValuePair<string, IReadOnlyList<string>>>();
        foreach (var (name, value) in changes.Values)
        {
            if (value is null)
            {
                continue;
            }

            if (name == ExtensionRuntime.RingDelayFamily)
            {
                if (value.Length > 9 || !value.All(char.IsAsciiDigit) || value.Length == 0)
                {
                    errors.Add(new(name, [$"The {name} must be an integer."]));
                }
            }
            else if (!IsDialled(value))
            {
                errors.Add(new(name, [$"The {name} format is invalid."]));
            }
        }

        if (errors.Count > 0)
        {
            throw new SarkValidationException("ExtensionRuntime", extension, errors);
        }
    }

    // As long as the longest extension that Asterisk's dial plan can hold.
    private static bool IsNumber(string value) => value.Length is > 0 and < 80 && value.All(char.IsAsciiDigit);

    private static bool IsDialled(string value) => IsNumber(value.StartsWith('+') ? value[1..] : value);

    private static bool IsName(string value) => value.Length < 80 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
