using System.Text;
using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>
/// The file of a SIP trunk of SARK 6.5. SARK's generator takes it, puts the row's values in the place of $transport and
/// $context, which its pages change without touching the file, and hands it to chan_pjsip.
/// </summary>
internal static class PjsipTrunk
{
    /// <summary>The context that calls of a trunk come in by unless it is a privileged one.</summary>
    private const string InboundContext = "mainmenu";

    /// <summary>Makes it.</summary>
    /// <param name="row">The trunk.</param>
    /// <param name="settings">
    /// The carrier's settings: either the objects of pjsip.conf, or settings as Asterisk's configuration wizard for PJSIP
    /// takes them, one a line (https://docs.asterisk.org, PJSIP Configuration Wizard): sends_auth, sends_registrations,
    /// accepts_registrations, remote_hosts, transport, and object/option.
    /// </param>
    /// <param name="registration">What the carrier adds to a trunk that registers; null for nothing.</param>
    public static string Make(SarkRow row, string? settings, string? registration)
    {
        var values = new Values(row);
        var lines = (settings ?? "").ReplaceLineEndings("\n").Split('\n');
        var text = lines.Any(line => line.Split('=', 2)[0].Trim() == "type")
            ? values.Fill(string.Join('\n', lines))
            : Objects(values, Read(lines));
        var extra = values.Direction == "SND" && registration is { Length: > 0 }
            ? "\n\n" + values.Fill(registration.ReplaceLineEndings("\n"))
            : "";
        return text.Trim() + extra.TrimEnd() + "\n";
    }

    private static Dictionary<string, string> Read(string[] lines) => lines
        .Select(line => line.Split('=', 2))
        .Where(parts => parts.Length == 2 && !parts[0].TrimStart().StartsWith(';'))
        .GroupBy(parts => parts[0].Trim(), StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => group.Last()[1].Trim(), StringComparer.OrdinalIgnoreCase);

    private static string Objects(Values values, Dictionary<string, string> settings)
    {
        // What the row says of registrations goes before what the carrier says of all its trunks.
        var isAccepting = values.Direction == "RCV" || (values.Direction.Length == 0 && IsYes("accepts_registrations"));
        var isSending = values.Direction == "SND" || (values.Direction.Length == 0 && !isAccepting && IsYes("sends_registrations"));
        var hasSecret = values.Secret.Length > 0;
        var isKnownByAddress = !isAccepting && values.Host != TrunkHooks.DynamicHost && values.Host.Length > 0;
        var transport = settings.GetValueOrDefault("transport") is { Length: > 0 } named && named != "$transport"
            ? values.Fill(named)
            : $"transport-{values.Transport}";
        var text = new StringBuilder();

        Write("endpoint", "endpoint",
        [
            ("transport", transport),
            ("context", values.Context),
            ("disallow", "all"),
            ("allow", "alaw,ulaw"),
            ("aors", values.Key),
            (isAccepting ? "auth" : "outbound_auth", hasSecret ? values.Key : null),
            ("direct_media", "no"),
            ("rtp_symmetric", "yes"),
            ("force_rport", "yes"),
            ("rewrite_contact", "yes"),
        ]);
        Write("aor", "aor",
        [
            ("contact", isKnownByAddress ? "sip:" + values.AddressHost : null),
            // Nobody registers as the peer without a password.
            ("max_contacts", isAccepting ? (hasSecret ? "1" : "0") : null),
            ("remove_existing", isAccepting && hasSecret ? "yes" : null),
            ("qualify_frequency", "30"),
        ]);
        if (hasSecret)
        {
            Write(
                "auth",
                isAccepting ? "inbound_auth" : "outbound_auth",
                [("auth_type", "userpass"), ("username", values.User), ("password", values.Secret)]);
        }

        if (isKnownByAddress)
        {
            var hosts = settings.GetValueOrDefault("remote_hosts") is { Length: > 0 } named2 ? values.Fill(named2) : values.Host;
            Write("identify", "identify", [("endpoint", values.Key), ("match", hosts)]);
        }

        if (isSending && isKnownByAddress)
        {
            Write("registration", "registration",
            [
                ("transport", transport),
                ("outbound_auth", hasSecret ? values.Key : null),
                ("server_uri", "sip:" + values.AddressHost),
                ("client_uri", $"sip:{values.User}@{values.AddressHost}"),
                ("retry_interval", "60"),
            ]);
        }

        return text.ToString();

        bool IsYes(string name) => settings.GetValueOrDefault(name) is "yes" or "true" or "1" or "on";

        // The carrier's own options of an object stand in place of ours, each once.
        void Write(string type, string prefix, (string Name, string? Value)[] options)
        {
            var own = settings.Where(s => s.Key.StartsWith(prefix + "/", StringComparison.OrdinalIgnoreCase))
                .Select(s => (Name: s.Key[(prefix.Length + 1)..], Value: values.Fill(s.Value)))
                .Where(s => s.Value.Length > 0)
                .ToArray();
            text.Append('[').Append(values.Key).Append("]\ntype=").Append(type).Append('\n');
            foreach (var (name, value) in options.Where(o => o.Value is not null && !own.Any(s => s.Name == o.Name))
                .Select(o => (o.Name, o.Value!))
                .Concat(own))
            {
                text.Append(name).Append('=').Append(value).Append('\n');
            }

            text.Append('\n');
        }
    }

    /// <summary>A trunk's values as they stand in a line of Asterisk's configuration.</summary>
    private sealed class Values(SarkRow row)
    {
        public string Key { get; } = Line(row.Text("pkey"));

        public string Host { get; } = Line(row.Text("host"));

        public string AddressHost => StanzaChange.InAddress(Host);

        public string User { get; } = Line(row.Text("username") is { Length: > 0 } user ? user : row.Text("pkey"));

        public string Secret { get; } = Line(row.Text("password"));

        public string Direction { get; } = row.Text("pjsipreg") ?? "";

        public string Transport { get; } = row.Text("transport") is { Length: > 0 } ? "$transport" : "udp";

        // Without a word on privileges the generator would let callers from outside dial like a telephone of the house.
        public string Context { get; } = row.Text("privileged") is { Length: > 0 } ? "$context" : InboundContext;

        public string Fill(string text) => text
            .Replace("$pkey", Key, StringComparison.Ordinal)
            .Replace("$trunk", Key, StringComparison.Ordinal)
            .Replace("$username", User, StringComparison.Ordinal)
            .Replace("$user", User, StringComparison.Ordinal)
            .Replace("$password", Secret, StringComparison.Ordinal)
            .Replace("$host", Host, StringComparison.Ordinal)
            .Replace("$transport", Transport, StringComparison.Ordinal)
            .Replace("$context", Context, StringComparison.Ordinal);

        // A semicolon begins a comment, a line break another setting.
        private static string Line(string? text) =>
            string.Concat((text ?? "").Where(c => !char.IsControl(c))).Replace(";", "\\;", StringComparison.Ordinal);
    }
}
