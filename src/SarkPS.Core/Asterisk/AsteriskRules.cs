namespace SarkPS.Ami;

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
            throw new SarkValidationException(
                "DbEntry",
                $"{family}/{key}",
                "key",
                $"The id and key together may not be longer than {MaxDbKey - 2} characters.");
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
            throw new SarkValidationException(
                "Call",
                channel,
                "key",
                "The key must be the name of a channel, such as PJSIP/44107-00000155.");
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
