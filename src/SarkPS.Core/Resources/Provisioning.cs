using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>
/// The lines that a telephone's configuration is made of. SARK puts the template that an <c>#INCLUDE</c> line names in the
/// line's place, and nothing where no row of its table <c>Device</c> has exactly that key.
/// </summary>
internal static class Provisioning
{
    // Templates of Cisco's telephones open the document, and what the pages write closes it behind whatever was included.
    public const string CiscoEnd = "</flat-profile>\n</device>";

    // Makers whose templates come in one file for each transport and IP version, by the first four letters of the device.
    private static readonly (string Device, string Family)[] Families = [("snom", "snom"), ("yeal", "yealink"), ("pana", "panasonic")];

    /// <summary>
    /// The template of a device: the row of that very name, or the one that only capital and small letters tell from it.
    /// Null where there is none.
    /// </summary>
    /// <param name="session">The rows.</param>
    /// <param name="name">What the device is called, or its maker.</param>
    public static SarkRow? FindDevice(IRowSession session, string name) =>
        session.Select("Device", ("pkey", name)) is [var exact, ..] ? exact
        // Makers are written with a capital and most templates without; only what is neither is worth reading them all.
        : session.Select("Device", ("pkey", name.ToLowerInvariant())) is [var small, ..] ? small
        : session.Select("Device").FirstOrDefault(row => string.Equals(row.Text("pkey"), name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The lines of a new telephone: its device's template, the device's template of lamp keys, and those of its transport.
    /// </summary>
    /// <param name="context">The telephone.</param>
    /// <param name="device">Its device's template; null where there is none.</param>
    /// <returns>The lines; null where there is nothing to include.</returns>
    public static string? Lines(WriteContext context, SarkRow? device)
    {
        if (device?.Text("pkey") is not { } name)
        {
            return null;
        }

        List<string> lines = [Include(name)];
        // A Polycom takes its keys from files of their own.
        if (device.Text("blfkeyname") is { Length: > 0 } keys && keys != "None" && !IsOf(name, "Polycom")
            && context.Session.Exists("Device", "pkey", keys))
        {
            lines.Add(Include(keys));
        }

        lines.AddRange(TransportLines(context, name));
        if (IsOf(name, "Cisco"))
        {
            lines.Add(CiscoEnd);
        }

        return string.Join('\n', lines);
    }

    /// <summary>The lines that include what belongs to the transport and the IP version of a telephone, of those that there are.</summary>
    /// <param name="context">The telephone.</param>
    /// <param name="device">Its device; null for the one that it has.</param>
    public static IEnumerable<string> TransportLines(WriteContext context, string? device = null)
    {
        device ??= context.Final("device") ?? "";
        if (Array.Find(Families, f => IsOf(device, f.Device)).Family is not { } family)
        {
            return [];
        }

        var transport = context.Final("transport") is "tcp" or "tls" ? context.Final("transport") : "udp";
        var version = context.Final("protocol") == "IPV6" ? "ipv6" : "ipv4";
        return new[] { $"{family}.{transport}", $"{family}.{version}" }.Where(name => context.Session.Exists("Device", "pkey", name))
            .Select(Include);
    }

    private static string Include(string name) => "#INCLUDE " + name;

    private static bool IsOf(string device, string maker) => device.StartsWith(maker, StringComparison.OrdinalIgnoreCase);
}
