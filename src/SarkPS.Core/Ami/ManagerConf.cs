namespace SarkPS.Ami;

/// <summary>Looks up a manager user's secret on the exchange itself, so that nobody has to type what is already there.</summary>
internal static class ManagerConf
{
    // SARK writes its own user to a file of its own, which manager.conf includes.
    private static readonly string[] Files = ["sark_manager.conf", "manager.conf"];

    /// <summary>The secret of a user, or null when no file tells it, or none may be read.</summary>
    /// <param name="folder">Asterisk's configuration.</param>
    /// <param name="user">The user.</param>
    public static string? FindSecret(string folder, string user)
    {
        foreach (var file in Files.Select(f => Path.Combine(folder, f)))
        {
            IEnumerable<string> lines;
            try
            {
                lines = File.ReadAllLines(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not an exchange, or not for our eyes: the secret must come from the options then, and logging in says so.
                continue;
            }

            if (FindSecret(lines, user) is { } secret)
            {
                return secret;
            }
        }

        return null;
    }

    private static string? FindSecret(IEnumerable<string> lines, string user)
    {
        var mine = false;
        foreach (var line in lines.Select(l => l.Split(';', 2)[0].Trim()))
        {
            if (line.StartsWith('['))
            {
                mine = line.AsSpan(1).StartsWith(user + "]", StringComparison.Ordinal);
            }
            else if (mine && line.Split('=', 2) is [var key, var value] && key.Trim() == "secret")
            {
                return value.TrimStart('>').Trim();
            }
        }

        return null;
    }
}
