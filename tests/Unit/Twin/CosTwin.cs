using Microsoft.Data.Sqlite;

namespace SarkPS.Tests.Twin;

/// <summary>
/// What SARK's generator makes of the classes of service, written from what it was seen to write: for each extension a
/// context of the day and one of the night, with what is forbidden to it, and for each rule a context that hangs up.
/// </summary>
internal static class CosTwin
{
    private static readonly string[] EveryNumber = ["_X.", "_[+*]X.", "_**X.", "_***X.", "_[*#0-9]!"];

    /// <summary>The lines of the dial plan; none while class of service is off.</summary>
    /// <param name="database">A database.</param>
    /// <param name="wayOut">The application that a call goes out with. SARK's own is a program that is not public.</param>
    public static IReadOnlyList<string> Lines(SqliteConnection database, string wayOut)
    {
        var lines = new List<string>();
        if (Column(database, "SELECT COSSTART FROM globals") is not ["ON"])
        {
            return lines;
        }

        foreach (var extension in Column(database, "SELECT pkey FROM IPphone ORDER BY pkey"))
        {
            foreach (var (hours, table, forEverybody) in new[] {
                ("open", "IPphoneCOSopen", "orideopen"),
                ("closed", "IPphoneCOSclosed", "orideclosed") })
            {
                var overriding = Column(database, $"SELECT pkey FROM COS WHERE {forEverybody} = 'YES' ORDER BY pkey");
                var own = Column(database, $"SELECT COS_pkey FROM {table} WHERE IPphone_pkey = @key", extension);
                lines.Add($"[{extension}{hours}cos]");
                lines.AddRange(new[] { "Emergency" }.Concat(overriding).Concat(own.Except(overriding)).Append("Cosend")
                    .Select(name => $"include => {name}"));
            }
        }

        // Whether a rule is active nothing asks.
        foreach (var rule in Column(database, "SELECT pkey FROM COS ORDER BY pkey"))
        {
            lines.Add($"[{rule}]");
            foreach (var pattern in Patterns(database, "SELECT dialplan FROM COS WHERE pkey = @key", rule))
            {
                lines.Add($"exten => {pattern},1,Playtones(congestion)");
                lines.Add($"exten => {pattern},2,Hangup");
            }
        }

        lines.Add("[Emergency]");
        lines.AddRange(Patterns(database, "SELECT EMERGENCY FROM globals").Select(number => $"exten => {number},1,{wayOut}"));
        lines.Add("[Cosend]");
        lines.AddRange(EveryNumber.Select(pattern => $"exten => {pattern},1,{wayOut}"));
        return lines;
    }

    private static string[] Patterns(SqliteConnection database, string sql, string? key = null) =>
        (Column(database, sql, key) is [var all, ..] ? all : "").TrimEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static List<string> Column(SqliteConnection database, string sql, string? key = null)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@key", (object?)key ?? DBNull.Value);
        using var rows = command.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
        {
            found.Add(rows.IsDBNull(0) ? "" : rows.GetString(0));
        }

        return found;
    }
}
