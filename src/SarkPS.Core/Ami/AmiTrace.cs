using System.Text;

namespace SarkPS.Ami;

/// <summary>Text of messages for logs. Secrets are masked: whoever reads a trace must not be able to log in with it.</summary>
public static class AmiTrace
{
    private const string Masked = "********";

    /// <summary>
    /// Keys whose values are secrets. <c>Key</c> is one in a Login only (the answer to a challenge); elsewhere it is the
    /// key of a database entry.
    /// </summary>
    private static readonly HashSet<string> Secrets = new(StringComparer.OrdinalIgnoreCase)
    {
        "Secret", "Password", "Md5Cred", "RemoteSecret", "Pin", "VoicemailPassword", "Challenge", "ReceivedHash",
    };

    /// <summary>Fields one a line, secrets masked.</summary>
    /// <param name="fields">Keys and values.</param>
    public static string Text(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var text = new StringBuilder();
        var login = false;
        foreach (var (key, value) in fields)
        {
            login |= key.Equals("Action", StringComparison.OrdinalIgnoreCase) && value.Equals("Login", StringComparison.OrdinalIgnoreCase);
            var secret = Secrets.Contains(key) || (login && key.Equals("Key", StringComparison.OrdinalIgnoreCase));
            text.Append(key).Append(": ").Append(secret ? Masked : value).Append('\n');
        }

        return text.ToString();
    }
}

/// <summary>One block that was sent or received, for a log.</summary>
/// <param name="Sent">True when we sent it, false when Asterisk did.</param>
/// <param name="Text">The block, one field a line, secrets masked.</param>
public readonly record struct AmiTraceEntry(bool Sent, string Text);
