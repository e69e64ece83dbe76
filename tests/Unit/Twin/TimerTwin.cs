using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace SarkPS.Tests.Twin;

/// <summary>
/// What SARK's timer program makes of the day timers, written from what it was seen to do and not from the product: it
/// compares texts, minute by minute, where the product works out when something changes next.
/// </summary>
internal static partial class TimerTwin
{
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    /// <summary>A timer's row.</summary>
    public sealed record Timer(string? Month, string? DayOfWeek, string? DayOfMonth, string? Span);

    /// <summary>Whether a timer closes its tenant in the minute of this time.</summary>
    public static bool Closes(Timer timer, DateTime wall)
    {
        var isNamed = false;
        foreach (var (said, now) in new[]
        {
            (timer.Month, wall.ToString("MMM", English).ToLowerInvariant()),
            (timer.DayOfWeek, wall.ToString("ddd", English).ToLowerInvariant()),
            (timer.DayOfMonth?.TrimStart('0'), wall.ToString("%d", English)),
        })
        {
            if (said == "*")
            {
                continue;
            }

            if (said != now)
            {
                return false;
            }

            isNamed = true;
        }

        if (timer.Span == "*-*")
        {
            return isNamed;
        }

        if (Hours().Match(timer.Span ?? "") is not { Success: true } hours)
        {
            return false;
        }

        var start = string.CompareOrdinal(hours.Groups[1].Value, wall.ToString("HH:mm", English));
        var end = string.CompareOrdinal(hours.Groups[2].Value, wall.ToString("HH:mm", English));
        return string.CompareOrdinal(hours.Groups[1].Value, hours.Groups[2].Value) > 0 ? start < 0 || end > 0 : start < 0 && end > 0;
    }

    /// <summary>Whether the row of a day timer closes its tenant in a minute.</summary>
    public static bool RowCloses(IReadOnlyDictionary<string, object?> row, DateTime minute) =>
        Closes(new Timer(
            DumpTwin.Text(row["month"]),
            DumpTwin.Text(row["dayofweek"]),
            DumpTwin.Text(row["datemonth"]),
            DumpTwin.Text(row["timespan"])), minute);

    /// <summary>Runs once over a database, as cron does each minute: notes the state of each tenant and timer.</summary>
    /// <param name="database">The database.</param>
    /// <param name="wall">The time on the exchange's clock.</param>
    public static void Run(SqliteConnection database, DateTime wall)
    {
        var closed = new HashSet<string>(StringComparer.Ordinal);
        var inUse = new List<long>();
        using (var read = database.CreateCommand())
        {
            read.CommandText = "SELECT id, cluster, month, dayofweek, datemonth, timespan FROM dateSeg";
            using var rows = read.ExecuteReader();
            while (rows.Read())
            {
                string? Text(int place) => rows.IsDBNull(place) ? null : rows.GetString(place);
                if (Closes(new Timer(Text(2), Text(3), Text(4), Text(5)), wall))
                {
                    closed.Add(rows.GetString(1));
                    inUse.Add(rows.GetInt64(0));
                }
            }
        }

        Execute(database, "UPDATE Cluster SET oclo = 'OPEN'");
        Execute(database, "UPDATE dateSeg SET state = 'IDLE'");
        foreach (var tenant in closed)
        {
            Execute(database, "UPDATE Cluster SET oclo = 'CLOSED' WHERE pkey = @key", ("@key", tenant));
        }

        foreach (var id in inUse)
        {
            Execute(database, "UPDATE dateSeg SET state = '*INUSE*' WHERE id = @key", ("@key", id));
        }
    }

    private static void Execute(SqliteConnection database, string sql, params (string Name, object Value)[] values)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    [GeneratedRegex(@"^(\d\d:\d\d)-(\d\d:\d\d)$", RegexOptions.CultureInvariant)]
    private static partial Regex Hours();
}
