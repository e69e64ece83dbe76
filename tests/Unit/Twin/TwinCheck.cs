using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Twin;

/// <summary>
/// Holds the rows that tests leave behind against the twin of SARK's reading: nothing is lost by dump and reload, no value
/// spills into another field or line, no name stands in the way of another.
/// </summary>
internal static class TwinCheck
{
    // What SARK delivers itself and takes from no dump, or what belongs to its pages.
    private static readonly string[] Foreign = ["tt_help_core", "master_audit", "master_xref", "Carrier", "mfgmac", "Panel", "PanelGroup",
        "PanelGroupPanel", "UserPanel", "User", "page", "users"];

    // The seed is in most of them, and many tests leave it as it was.
    private static readonly ConcurrentDictionary<string, string[]> Known = new(StringComparer.Ordinal);

    /// <summary>
    /// What SARK would make wrong of a database. A file that is missing, or that is no database of SARK's, holds nothing that
    /// could be read.
    /// </summary>
    public static IReadOnlyList<string> Faults(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var bytes = File.ReadAllBytes(path);
        return Known.GetOrAdd(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes)), _ => Read(path));
    }

    /// <summary>What SARK would make wrong of an open database.</summary>
    public static string[] Faults(SqliteConnection connection)
    {
        var content = DatabaseContent.Read(connection, Foreign);
        if (!content.Tables.ContainsKey("IPphone"))
        {
            return [];
        }

        var faults = new List<string>();
        foreach (var (table, rows) in content.Tables.Where(t => t.Value.Count > 0))
        {
            // Of the templates only those of the customer are carried over.
            foreach (var row in rows.Values.Where(r => table != "Device" || DumpTwin.Text(r.GetValueOrDefault("owner")) == "cust"))
            {
                faults.AddRange(DumpTwin.Faults(table, row).Select(f => $"{table} '{row.GetValueOrDefault("pkey")}': {f}"));
            }
        }

        faults.AddRange(new SarkReading(content, Version(connection)).Faults());
        return [.. faults.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Whether a fault is one that a request which is not strict may leave, as recorded and as docs/compatibility.md says: a
    /// key that is longer than Asterisk keeps, of which the client is told, and a SIP trunk's user without a name.
    /// </summary>
    public static bool IsTakenFromOldClients(string fault) =>
        fault.EndsWith("longer than 79 bytes", StringComparison.Ordinal)
            || fault.EndsWith("in sip.conf [] is no name of a section", StringComparison.Ordinal);

    /// <summary>Which SARK's database it is: 6.5 is known by a column of its own.</summary>
    public static SarkVersion Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM pragma_table_info('IPphone') WHERE name = 'pjsipuser'";
        return (long)command.ExecuteScalar()! > 0 ? SarkVersion.V65 : SarkVersion.V62;
    }

    private static string[] Read(string path)
    {
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            return Faults(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            return [];
        }
    }
}

/// <summary>The check that the databases of the tests end with.</summary>
/// <param name="path">The database.</param>
internal sealed class TwinGuard(string path)
{
    private readonly List<(byte[] Before, byte[] After)> past = [];
    private string? reason;

    /// <summary>
    /// Says that the database holds rows that SARK cannot carry: put there past the product, or with the setting that lets an
    /// old client send them.
    /// </summary>
    public void Except(string why) => reason = why;

    /// <summary>Runs a statement past the product: what it makes wrong is none of the product's.</summary>
    public T Past<T>(SqliteConnection connection, Func<T> statement)
    {
        var before = Image(connection);
        var result = statement();
        past.Add((before, Image(connection)));
        return result;
    }

    /// <summary>Fails where SARK would read a row otherwise than it was written.</summary>
    public void Check()
    {
        IReadOnlyList<string> faults = reason is null ? TwinCheck.Faults(path) : [];
        if (faults.Count > 0)
        {
            // Looked at only now: most statements make nothing wrong.
            faults = [.. faults.Except(past.SelectMany(p => Faults(p.After).Except(Faults(p.Before))))];
        }

        Assert.True(faults.Count == 0, $"SARK would not carry what the test left in its database:\n{string.Join('\n', faults.Take(20))}");
    }

    // What a connection sees, a write-ahead log included.
    private static byte[] Image(SqliteConnection connection)
    {
        var copy = SQLitePCL.raw.sqlite3_serialize(connection.Handle!, "main", out var size, 0);
        try
        {
            var image = new byte[size];
            System.Runtime.InteropServices.Marshal.Copy(copy, image, 0, image.Length);
            return image;
        }
        finally
        {
            SQLitePCL.raw.sqlite3_free(copy);
        }
    }

    private static string[] Faults(byte[] image)
    {
        // A write-ahead log, which bytes 18 and 19 of the file ask for, is no use to a database in memory.
        byte[] plain = [.. image];
        plain.AsSpan(18, 2).Fill(1);
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        var memory = SQLitePCL.raw.sqlite3_malloc64(plain.Length);
        System.Runtime.InteropServices.Marshal.Copy(plain, 0, memory, plain.Length);
        Assert.Equal(SQLitePCL.raw.SQLITE_OK, SQLitePCL.raw.sqlite3_deserialize(
            connection.Handle!,
            "main",
            memory,
            plain.Length,
            plain.Length,
            SQLitePCL.raw.SQLITE_DESERIALIZE_FREEONCLOSE));
        return TwinCheck.Faults(connection);
    }
}
