namespace SarkPS.Ami;

/// <summary>
/// Every question that may be asked of Asterisk. The local Asterisk, the remote client and the service's routes read this
/// list.
/// </summary>
public static class AsteriskFunctions
{
    /// <summary>Every function, in alphabetical order.</summary>
    public static IReadOnlyList<AsteriskFunction> All { get; } =
    [
        .. new[]
        {
            Agents.Functions, Channels.Functions, Conferences.Functions, Core.Functions, Devices.Functions, Hints.Functions,
            Peers.Functions, Queues.Functions, Registrations.Functions, Voicemail.Functions,
        }.SelectMany(functions => functions).OrderBy(f => f.Name, StringComparer.Ordinal),
    ];

    private static readonly Dictionary<string, AsteriskFunction> ByName = All.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>The function of a name, or null. Capitals count, as in Asterisk's documentation.</summary>
    /// <param name="name">The name.</param>
    public static AsteriskFunction? Find(string name) => ByName.GetValueOrDefault(name);
}
