using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace SarkPS.Tests.Data;

/// <summary>
/// The embedded database beside one that SARK has made: a script cannot tell one from the other by its tables or by what
/// a change does. Skipped where there is none of SARK's own.
/// </summary>
public sealed partial class InterchangeTests
{
    [SkippableFact]
    public void The_same_tables_with_the_same_columns_keys_and_defaults()
    {
        using var original = new TemporaryDatabase(TemporaryDatabase.Original);
        using var embedded = new TemporaryDatabase();

        Assert.Equal(Shape(original), Shape(embedded));
    }

    [SkippableFact]
    public void The_same_rows_for_a_start()
    {
        using var original = new TemporaryDatabase(TemporaryDatabase.Original);
        using var embedded = new TemporaryDatabase();

        foreach (var question in (string[])[
            "SELECT pkey, abstimeout, chanmax, include, oclo, operator, devicerec, ldapropwd FROM Cluster",
            "SELECT pkey, NATDEFAULT, SIPDRIVER, EXTLEN, VCL, SYSOP, ABSTIMEOUT, SIPIAXSTART, PWDLEN FROM globals",
            "SELECT pkey, active, auth, cluster, dialplan, path1, path4, strategy FROM Route",
            "SELECT pkey, cluster, grouptype, outcome, outcomerouteclass, ringdelay FROM speed",
            "SELECT pkey, active, carrier, closeroute, openroute, routeclassopen, swoclip, technology FROM lineIO",
            "SELECT pkey, carrier, carriertype, technology, sipiaxpeer, sipiaxuser FROM Carrier ORDER BY pkey",
            "SELECT pkey, name, notify FROM mfgmac ORDER BY pkey",
        ])
        {
            Assert.Equal(original.Query(question), embedded.Query(question));
        }
    }

    [SkippableFact]
    public void The_same_effect_of_every_change_on_every_table()
    {
        using var original = new TemporaryDatabase(TemporaryDatabase.Original);
        using var embedded = new TemporaryDatabase();
        var tables = Tables(original);
        Assert.Equal(37, tables.Length);

        foreach (var table in tables.Except(["master_audit", "master_xref"]))
        {
            Assert.Equal([table, .. Effects(original, table)], [table, .. Effects(embedded, table)]);
        }
    }

    private static string[] Tables(TemporaryDatabase database) =>
        database.Query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");

    private static string[] Shape(TemporaryDatabase database)
    {
        using var connection = database.Connect();
        var shape = new List<string>();
        foreach (var table in Tables(database))
        {
            shape.AddRange(connection.Rows(
                $"SELECT '{table}', cid, name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo('{table}')").Select(
                    row => Blank().Replace(row, " ")));
            shape.AddRange(connection.Rows($"SELECT '{table}', \"unique\", origin, partial, (SELECT group_concat(name) FROM "
                + $"pragma_index_info(list.name)) FROM pragma_index_list('{table}') AS list ORDER BY 3, 5"));
        }

        return [.. shape];
    }

    /// <summary>What a life of two rows leaves in the table, the audit and the list of keys, step by step.</summary>
    private static string[] Effects(TemporaryDatabase database, string table)
    {
        using var connection = database.Connect();
        var columns = connection.Rows($"SELECT name FROM pragma_table_info('{table}') WHERE name NOT LIKE 'z!_%' ESCAPE '!'");
        var keys = connection.Rows($"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk");
        var stamps = connection.Rows($"SELECT name FROM pragma_table_info('{table}') WHERE name LIKE 'z!_%' ESCAPE '!'");
        var isNumbered = connection.Rows($"SELECT 1 FROM pragma_table_info('{table}') WHERE pk = 1 AND type = 'INTEGER'").Length > 0
            && keys.Length == 1;
        var name = columns.Contains("pkey") ? "pkey" : keys[0];
        // The rows of the test are told from those that were there by a value that no installation has.
        string first = isNumbered ? "900001" : "'zz-one'", second = isNumbered
            ? "900002"
            : "'zz-two'", renamed = isNumbered && name == keys[0] ? "900003" : "'zz-three'";
        var others = keys.Where(k => k != keys[0]).Concat(columns.Where(c => c == "pkey" && !keys.Contains(c))).ToArray();
        var mine = $"\"{keys[0]}\" IN ({first}, {second}, {renamed})";
        var names = string.Join(", ", new[] { keys[0] }.Concat(others).Select(c => $"\"{c}\""));
        string Row(string key, string other) => string.Join(", ", new[] { key }.Concat(others.Select(c => c == "seq" ? "7" : other)));

        connection.Run("DELETE FROM master_audit; DELETE FROM master_xref");
        var effects = new List<string>();
        Step("insert", $"INSERT INTO \"{table}\" ({names}) VALUES ({Row(first, "'zz-name'")})");
        Step("insert another", $"INSERT INTO \"{table}\" ({names}) VALUES ({Row(second, "'zz-other'")})");
        Step(
            "insert one of the same name",
            $"INSERT INTO \"{table}\" ({names}) VALUES ({Row(isNumbered && name != keys[0] ? "900004" : first, "'zz-name'")})");
        Step("insert without a key", $"INSERT INTO \"{table}\" DEFAULT VALUES");
        if (columns.Except([keys[0]]).Except(others).FirstOrDefault() is { } plain)
        {
            Step("update", $"UPDATE \"{table}\" SET \"{plain}\" = 5 WHERE \"{keys[0]}\" = {first}");
            Step("update of all", $"UPDATE \"{table}\" SET \"{plain}\" = 6 WHERE {mine}");
        }

        foreach (var stamp in stamps)
        {
            Step("update of " + stamp, $"UPDATE \"{table}\" SET \"{stamp}\" = 'old' WHERE \"{keys[0]}\" = {first}");
        }

        Step("new key", $"UPDATE \"{table}\" SET \"{name}\" = {renamed} WHERE \"{keys[0]}\" = {first}");
        Step("same key", $"UPDATE \"{table}\" SET \"{name}\" = \"{name}\" WHERE \"{keys[0]}\" = {second}");
        Step("no key", $"UPDATE \"{table}\" SET \"{name}\" = NULL WHERE \"{keys[0]}\" = {second}");
        Step("delete", $"DELETE FROM \"{table}\" WHERE \"{keys[0]}\" IN ({first}, {renamed})");
        Step("replace", $"INSERT OR REPLACE INTO \"{table}\" ({names}) VALUES ({Row(second, "'zz-other'")})");
        Step("delete the rest", $"DELETE FROM \"{table}\" WHERE \"{keys[0]}\" IN ({second}, 900004)");
        return [.. effects];

        void Step(string what, string sql)
        {
            try
            {
                connection.Run(sql);
                effects.Add($"{what}:");
            }
            catch (SqliteException error)
            {
                effects.Add($"{what}: {error.SqliteExtendedErrorCode} {error.Message}");
            }

            effects.AddRange(connection.Rows(
                $"SELECT * FROM \"{table}\" WHERE {mine} OR \"{keys[0]}\" IN (900004) OR \"{keys[0]}\" IS NULL ORDER BY rowid").Select(
                    Timeless));
            effects.AddRange(connection.Rows("SELECT 'audit', act, owner, typeof(owner), relation, tstamp FROM master_audit ORDER BY pkey")
                .Select(Timeless));
            effects.AddRange(connection.Rows("SELECT 'xref', pkey, typeof(pkey), relation FROM master_xref ORDER BY id"));
        }
    }

    private static string Timeless(string row) => TimeStamp().Replace(row, "(time)");

    [GeneratedRegex(@"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d")]
    private static partial Regex TimeStamp();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
