using System.Globalization;

namespace SarkPS.Ami;

/// <summary>What users have set from their telephones, over a connection.</summary>
internal static class ExtensionRuntimes
{
    public static async Task<ExtensionRuntime> GetAsync(AmiClient client, string extension, CancellationToken cancellationToken)
    {
        // One after the other would be three round trips; the connection answers all three in one.
        var values = await Task.WhenAll(ExtensionRuntime.Families.Select(
            async f => (f, await DbEntries.GetAsync(client, f, extension, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        return ExtensionRuntime.Of(extension, values.ToDictionary(v => v.f, v => v.Item2));
    }

    public static async Task SetAsync(
        AmiClient client,
        string extension,
        ExtensionRuntimeChanges changes,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        AsteriskRules.Runtime(extension, changes);
        var unknown = changes.Values.Keys.FirstOrDefault(k => !ExtensionRuntime.Families.Contains(k));
        if (unknown is not null)
        {
            throw new SarkValidationException(
                "ExtensionRuntime",
                extension,
                unknown,
                $"The {unknown} is not one of {string.Join(", ", ExtensionRuntime.Families)}.");
        }

        await client.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(changes.Values.Select(c => string.IsNullOrEmpty(c.Value)
            ? DbEntries.DeleteAsync(client, c.Key, extension, cancellationToken)
            : DbEntries.PutAsync(client, c.Key, extension, c.Value, cancellationToken))).ConfigureAwait(false);
    }
}

/// <summary>What the user of a telephone has set from it. Asterisk's database keeps it, not SARK's.</summary>
/// <param name="Key">The extension.</param>
/// <param name="ForwardAll">Where every call goes, or null (family <c>cfim</c>).</param>
/// <param name="ForwardBusy">Where calls go while it is busy, or null (family <c>cfbs</c>).</param>
/// <param name="RingDelay">How many seconds it rings before voicemail or the next destination takes over, or null for the
/// default (family <c>ringdelay</c>).</param>
public sealed record ExtensionRuntime(string Key, string? ForwardAll, string? ForwardBusy, int? RingDelay)
{
    /// <summary>Family of the destination for every call, and its name on the wire.</summary>
    public const string ForwardAllFamily = "cfim";

    /// <summary>Family of the destination while busy, and its name on the wire.</summary>
    public const string ForwardBusyFamily = "cfbs";

    /// <summary>Family of the ring delay in seconds, and its name on the wire.</summary>
    public const string RingDelayFamily = "ringdelay";

    /// <summary>The three families, in the order in which the service answers them.</summary>
    public static IReadOnlyList<string> Families { get; } = [ForwardAllFamily, ForwardBusyFamily, RingDelayFamily];

    /// <summary>Makes it of the values of the three families.</summary>
    /// <param name="key">The extension.</param>
    /// <param name="values">Family and value; an absent or empty value is null.</param>
    public static ExtensionRuntime Of(string key, IReadOnlyDictionary<string, string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(
            key,
            Get(ForwardAllFamily),
            Get(ForwardBusyFamily),
            int.TryParse(Get(RingDelayFamily), NumberStyles.None, CultureInfo.InvariantCulture, out var delay) ? delay : null);

        string? Get(string family) => values.GetValueOrDefault(family) is { Length: > 0 } value ? value : null;
    }
}

/// <summary>
/// Changes to what the user of a telephone has set: a family that is named is set, or cleared with null; one that is not
/// named stays.
/// </summary>
/// <param name="Values">Family and new value.</param>
public sealed record ExtensionRuntimeChanges(IReadOnlyDictionary<string, string?> Values);
