using System.Globalization;
using Microsoft.Data.Sqlite;

namespace SarkPS.Tests.Twin;

/// <summary>
/// The files that SARK 6.2 makes for Asterisk of telephones and trunks, written from what it was seen to write: sections of
/// sip.conf and iax.conf, mailboxes, hints and the numbers that can be dialled. What a program of SARK decides that is not
/// public, where a call goes from a number, a line of our own decides by the row.
/// </summary>
internal static class AsteriskTwin
{
    /// <summary>What is included by sip.conf: telephones, then trunks.</summary>
    public static IReadOnlyList<string> Sip(SqliteConnection database)
    {
        var lines = new List<string>();
        foreach (var phone in Rows(database, "SELECT * FROM IPphone WHERE active = 'YES' AND technology = 'SIP' ORDER BY pkey"))
        {
            lines.Add($"[{phone["pkey"]}]");
            lines.Add(SarkReading.Placeholders(column => phone[column], "force_rport,comedia")
                .Aggregate(phone["sipiaxfriend"], (text, value) => text.Replace(value.Placeholder, value.Value, StringComparison.Ordinal)));
        }

        foreach (var trunk in Trunks(database, "SIP"))
        {
            // SARK's sip.conf says so for whoever says nothing.
            lines.AddRange([$"[{trunk["peername"]}]", "context=mainmenu", trunk["sipiaxpeer"]]);
            if (trunk["sipiaxuser"].Trim().Length > 0)
            {
                lines.AddRange([$"[{trunk["desc"]}]", trunk["sipiaxuser"]]);
            }
        }

        return lines;
    }

    /// <summary>
    /// What is included by iax.conf: of each trunk the peer that is called, and the user that calls, whose name is the
    /// column <c>desc</c>.
    /// </summary>
    public static IReadOnlyList<string> Iax(SqliteConnection database) =>
        [.. Trunks(database, "IAX2").SelectMany(t => new[] { $"[{t["peername"]}]", t["sipiaxpeer"], $"[{t["desc"]}]", t["sipiaxuser"] })];

    /// <summary>What is included by voicemail.conf, into the context default.</summary>
    public static IReadOnlyList<string> Voicemail(SqliteConnection database) =>
        [.. Rows(database, "SELECT * FROM IPphone WHERE coalesce(dvrvmail, '') <> 'None' ORDER BY pkey").Select(
            p => $"{p["pkey"]} => {p["pkey"]},{p["desc"]},{p["vmailfwd"]}")];

    /// <summary>
    /// What is included by extensions.conf: who can be dialled and watched, and where numbers from outside and the keys of
    /// a menu lead.
    /// </summary>
    public static IReadOnlyList<string> DialPlan(SqliteConnection database)
    {
        List<string> lines = ["[internal]", "include => extensions", "[extensions]"];
        foreach (var phone in Rows(database, "SELECT * FROM IPphone WHERE technology = 'SIP' ORDER BY pkey").Select(p => p["pkey"]))
        {
            lines.AddRange([$"exten => {phone},hint,SIP/{phone}", $"exten => {phone},1,Dial(SIP/{phone},20)"]);
        }

        lines.Add("[mainmenu]");
        lines.AddRange(Rows(database, "SELECT * FROM lineIO WHERE technology IN ('DiD', 'CLID') AND active = 'YES' ORDER BY pkey")
            .Select(r => $"exten => {r["pkey"]},1,{Lead(database, r["openroute"])}"));
        foreach (var menu in Rows(database, "SELECT * FROM ivrmenu ORDER BY pkey"))
        {
            lines.AddRange([$"[sarkps-menu-{menu["pkey"]}]", "exten => s,1,Answer()", " same => n,WaitExten(8)"]);
            for (var key = 0; key < 12; key++)
            {
                if (menu[string.Create(CultureInfo.InvariantCulture, $"option{key}")] is not ("None" or "") and var option)
                {
                    lines.Add($"exten => {"0123456789*#"[key]},1,{Lead(database, option)}");
                }
            }
        }

        return lines;
    }

    private static string Lead(SqliteConnection database, string destination) =>
        Rows(database, "SELECT * FROM ivrmenu").Any(m => m["pkey"] == destination)
        ? $"Goto(sarkps-menu-{destination},s,1)"
        : $"Goto(extensions,{destination},1)";

    private static IEnumerable<Dictionary<string, string>> Trunks(SqliteConnection database, string technology) =>
        Rows(database,
            $"SELECT l.* FROM lineIO l JOIN Carrier c ON c.pkey = l.carrier WHERE l.active = 'YES' AND c.technology = '{technology}' "
                + "ORDER BY l.pkey");

    private static List<Dictionary<string, string>> Rows(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<Dictionary<string, string>>();
        while (reader.Read())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(
                reader.GetName, i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "",
                StringComparer.OrdinalIgnoreCase));
        }

        return rows;
    }
}
