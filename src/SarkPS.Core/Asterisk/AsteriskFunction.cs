namespace SarkPS.Ami;

/// <summary>A parameter of a function: its place in the address and its name in the action.</summary>
/// <param name="Name">Its name in addresses and in messages, such as <c>id</c>.</param>
/// <param name="Field">The action's key, such as <c>Queue</c>.</param>
/// <param name="Default">What is sent when it is left out; null: it must be given, unless <paramref name="Optional"/>.</param>
/// <param name="Optional">It may be left out and is not sent then.</param>
/// <param name="Suffix">What is added when the value has no <c>@</c>, such as <c>@default</c> for mailboxes.</param>
public sealed record AsteriskParameter(string Name, string Field, string? Default = null, bool Optional = false, string? Suffix = null);

/// <summary>
/// A question that may be asked of Asterisk through the service, everything about it in one place: the action, its
/// parameters, how its answer ends, and what a manager user needs for it. Each stands in the file of what it asks about, and
/// all of them in <see cref="AsteriskFunctions"/>.
/// </summary>
public sealed class AsteriskFunction
{
    internal AsteriskFunction(string name, string module, string classes, params AsteriskParameter[] parameters)
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
    public IReadOnlyList<AsteriskParameter> Parameters { get; }

    /// <summary>True when a list answers it.</summary>
    public bool IsList => CompletedBy is not null;

    /// <summary>The event that completes the list.</summary>
    public string? CompletedBy { get; internal init; }

    /// <summary>True when the service answers it with an array: every list, and what the original answers like one.</summary>
    public bool IsArray => IsList || IsAnsweredAsList;

    /// <summary>True when the list may be narrowed to one thing by its argument; the service then answers with an object.</summary>
    public bool HasInstances => IsList && Parameters.Any(p => p.Optional);

    internal bool IsAnsweredAsList { get; init; }

    internal string? UntaggedItem { get; init; }

    internal string? CountedItem { get; init; }

    // Items that come along and are nobody's business.
    internal string? WithheldItem { get; init; }

    // Answers of kind Error that only mean that there is nothing to list.
    internal IReadOnlyList<string> Empty { get; init; } = [];

    // The noun of the one thing that the first argument names, and which answers of kind Error mean that it does not exist.
    internal (string Noun, Func<string, bool> Says)? Missing { get; init; }

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
            action.With(
                parameter.Field,
                parameter.Suffix is { } suffix && !value.Contains('@', StringComparison.Ordinal) ? value + suffix : value);
        }

        return action;
    }
}
