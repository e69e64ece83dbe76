namespace SarkPS.Ami;

/// <summary>Entries of Asterisk's database, over a connection.</summary>
internal static class DbEntries
{
    public static async Task<string?> GetAsync(AmiClient client, string family, string key, CancellationToken cancellationToken)
    {
        try
        {
            var action = For(new AmiAction("DBGet") { Answer = AmiAnswer.List, CompletedBy = "DBGetComplete" }, family, key);
            return (await client.SendAsync(action, cancellationToken).ConfigureAwait(false)).Items is [var item, ..] ? item["Val"] : null;
        }
        catch (AmiActionException e) when (IsMissing(e))
        {
            return null;
        }
    }

    public static async Task PutAsync(AmiClient client, string family, string key, string value, CancellationToken cancellationToken)
    {
        var action = For(new AmiAction("DBPut"), family, key);
        AsteriskRules.Sendable($"{family}/{key}", "value", "Val", value);
        await client.SendAsync(action.With("Val", value), cancellationToken).ConfigureAwait(false);
    }

    public static async Task<bool> DeleteAsync(AmiClient client, string family, string key, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAsync(For(new AmiAction("DBDel"), family, key), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmiActionException e) when (IsMissing(e))
        {
            return false;
        }
    }

    private static AmiAction For(AmiAction action, string family, string key)
    {
        AsteriskRules.DbKey(family, key);
        return action.With("Family", family).With("Key", key);
    }

    private static bool IsMissing(AmiActionException e) =>
        e.Response.Message is "Database entry could not be deleted" or "Database entry not found";
}

/// <summary>An entry of Asterisk's own database.</summary>
/// <param name="Family">The family, such as <c>cfim</c>.</param>
/// <param name="Key">The key, such as an extension.</param>
/// <param name="Value">The value; may be empty.</param>
public sealed record DbEntry(string Family, string Key, string Value);
