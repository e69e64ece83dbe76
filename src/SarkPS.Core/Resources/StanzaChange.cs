using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace SarkPS.Resources;

/// <summary>A trunk's host, user or password that is changed, and what that means for lines that were made of the old one.</summary>
/// <param name="Column">The column: host, username or password.</param>
/// <param name="Old">The value before; empty for none.</param>
/// <param name="New">The value now; empty for none.</param>
internal sealed partial record StanzaChange(string Column, string Old, string New)
{
    // The settings of chan_sip, chan_iax2 and chan_pjsip that hold such a value, and nothing else.
    private static readonly Dictionary<string, string> ColumnOf = new(StringComparer.OrdinalIgnoreCase)
    {
        ["host"] = "host",
        ["username"] = "username",
        ["defaultuser"] = "username",
        ["fromuser"] = "username",
        ["from_user"] = "username",
        ["contact_user"] = "username",
        ["secret"] = "password",
        ["remotesecret"] = "password",
        ["password"] = "password",
        ["match"] = "host",
    };

    private static readonly HashSet<string> Addresses = new(["contact", "server_uri", "client_uri"], StringComparer.OrdinalIgnoreCase);

    /// <summary>A stanza whose lines hold the new values where they held the old ones. A line that says something else stays.</summary>
    public static string Follow(string stanza, IReadOnlyList<StanzaChange> changes) => string.Join('\n', stanza.Split('\n').Select(line =>
    {
        var parts = Setting().Match(line);
        if (!parts.Success)
        {
            return line;
        }

        var (name, value) = (parts.Groups["name"].Value, parts.Groups["value"].Value);
        var now = ColumnOf.TryGetValue(name, out var column) ? Of(changes, column).Apply(value)
            : Addresses.Contains(name) ? FollowAddress(value, changes)
            : value;
        return now == value ? line : parts.Groups["before"].Value + now + parts.Groups["after"].Value;
    }));

    /// <summary>The same for what is registered, <c>user:secret@host:port/extension</c>, whose parts are changed one by one.</summary>
    public static string FollowRegistration(string text, IReadOnlyList<StanzaChange> changes)
    {
        var parts = Registration().Match(text);
        if (!parts.Success)
        {
            return text;
        }

        var user = Of(changes, "username");
        return user.Apply(parts.Groups["user"].Value)
            + (parts.Groups["secret"].Success ? ":" + Of(changes, "password").Apply(parts.Groups["secret"].Value) : "")
            + (parts.Groups["auth"].Success ? ":" + user.Apply(parts.Groups["auth"].Value) : "")
            + "@" + Of(changes, "host").Apply(parts.Groups["host"].Value)
            + parts.Groups["port"].Value
            + (parts.Groups["extension"].Success ? "/" + user.Apply(parts.Groups["extension"].Value) : "");
    }

    /// <summary>A host as it stands in an address: one of IPv6 in brackets.</summary>
    public static string InAddress(string host) =>
        IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : host;

    private static string FollowAddress(string value, IReadOnlyList<StanzaChange> changes)
    {
        var parts = Address().Match(value);
        if (!parts.Success)
        {
            return value;
        }

        var host = Of(changes, "host");
        return parts.Groups["scheme"].Value
            + (parts.Groups["user"].Success ? Of(changes, "username").Apply(parts.Groups["user"].Value) + "@" : "")
            + (host with { Old = InAddress(host.Old), New = InAddress(host.New) }).Apply(parts.Groups["host"].Value)
            + parts.Groups["rest"].Value;
    }

    private static StanzaChange Of(IReadOnlyList<StanzaChange> changes, string column) => changes.First(c => c.Column == column);

    private string Apply(string value) => value == Old ? New : value;

    [GeneratedRegex(
        @"\A(?<before>\s*;?\s*(?<name>[A-Za-z_]+)[^\S\n]*=>?[^\S\n]*)(?<value>.*?)(?<after>\s*)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    [GeneratedRegex(
        @"\A(?<user>[^:@/]*)(:(?<secret>[^:@]*)(:(?<auth>[^:@]*))?)?@(?<host>[^/]*?)(?<port>:[0-9]+)?(/(?<extension>.*))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Registration();

    [GeneratedRegex(@"\A(?<scheme>sips?:)((?<user>[^@]*)@)?(?<host>\[[^\]]*\]|[^:;?]*)(?<rest>.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
