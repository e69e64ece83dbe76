using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Tests.Twin;

namespace SarkPS.Tests.Data;

/// <summary>
/// A database of one test's own: a new embedded one, or a copy of one that SARK itself has made, which lies beside some
/// checkouts.
/// </summary>
internal sealed class TemporaryDatabase : IDisposable
{
    /// <summary>Both, for theories.</summary>
    public static TheoryData<string> Kinds => [Embedded, Original];

    public const string Embedded = "embedded";
    public const string Original = "original";

    private static readonly string OriginalFile = System.IO.Path
        .GetFullPath(System.IO.Path.Combine(Repository.Root, "..", "shared", "sark-db", "sark.db"));

    private readonly Lazy<SqliteDatabase> database;
    private TwinGuard? twin;

    public TemporaryDatabase(string kind = Embedded)
    {
        Path = Folder["sark.db"];
        if (kind == Embedded)
        {
            EmbeddedDatabase.CreateIfMissing(Path);
        }
        else
        {
            Skip.IfNot(File.Exists(OriginalFile), $"No database of SARK's own at {OriginalFile}.");
            File.Copy(OriginalFile, Path);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        database = new(() => new SqliteDatabase(Path, TimeSpan.FromSeconds(1)));
    }

    public TemporaryFolder Folder { get; } = new();

    public string Path { get; }

    /// <summary>Looks at the end whether SARK could carry what is in it.</summary>
    public TwinGuard Twin => twin ??= new TwinGuard(Path);

    /// <summary>The product's view of it, which waits a second for locks.</summary>
    public SqliteDatabase Database => database.Value;

    public SqliteStore Store => new(Database);

    /// <summary>A connection past the product, as another program has it.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        connection.Open();
        // A test need not wait for the disk.
        connection.Run("PRAGMA synchronous = OFF");
        return connection;
    }

    /// <summary>Runs statements past the product.</summary>
    public void Execute(string sql)
    {
        using var connection = Connect();
        connection.Run(sql);
    }

    /// <summary>Rows past the product, each as the text of its values.</summary>
    public string[] Query(string sql)
    {
        using var connection = Connect();
        return connection.Rows(sql);
    }

    public void Dispose()
    {
        if (database.IsValueCreated)
        {
            database.Value.Dispose();
        }

        using (Folder)
        {
            Twin.Check();
        }
    }
}

/// <summary>Shorthand for statements and values.</summary>
internal static class DatabaseExtensions
{
    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static string[] Rows(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(
                string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "NULL" : reader.GetString(i))));
        }

        return [.. rows];
    }

    /// <summary>Values by column.</summary>
    public static Changes Values(params (string Column, object? Value)[] values)
    {
        var changes = new Changes();
        foreach (var (column, value) in values)
        {
            changes[column] = value;
        }

        return changes;
    }
}
