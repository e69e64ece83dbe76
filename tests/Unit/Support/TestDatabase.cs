using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Tests.Twin;

namespace SarkPS.Tests.Support;

/// <summary>Where the schema of a test's database comes from.</summary>
public enum Schema
{
    /// <summary>The one that SarkPS makes where there is no SARK.</summary>
    Embedded,

    /// <summary>One that SARK itself made, with its triggers.</summary>
    Sark,

    /// <summary>The one that SarkPS makes as SARK 6.5.</summary>
    Embedded65,
}

/// <summary>Databases for theories: each test runs on both.</summary>
public static class Schemas
{
    /// <summary>All of them.</summary>
    public static TheoryData<Schema> Both => [Schema.Embedded, Schema.Sark, Schema.Embedded65];

    /// <summary>Every resource, on both.</summary>
    public static TheoryData<string, Schema> EveryResource => Of(_ => true);

    /// <summary>Every resource with rows that come and go, on both.</summary>
    public static TheoryData<string, Schema> EveryTable => Of(r => !r.IsSingleton);

    /// <summary>Every resource whose keys are given and not made by the database, on both.</summary>
    public static TheoryData<string, Schema> EveryKeyed => Of(r => r is { IsSingleton: false, GeneratesKey: false });

    /// <summary>Every resource that others name, on both.</summary>
    public static TheoryData<string, Schema> EveryNamed => Of(r => Naming(r).Any());

    /// <summary>The columns of each resource that name rows of this one; a pair belongs to its first part and goes with it.</summary>
    public static IEnumerable<(ResourceDescriptor Other, Column[] Columns)> Naming(ResourceDescriptor resource)
    {
        var isDestination = Destinations.Kinds.Any(k => k.Resource == resource);
        return SarkResources.All
            .Where(other => !other.IsSingleton)
            .Select(other => (other, other.Columns.Where(c =>
                (c.Reference?.Noun == resource.Noun && c.Name != other.KeyColumn)
                    || (isDestination && c.Destination is not null)).ToArray()))
            .Where(n => n.Item2.Length > 0);
    }

    private static TheoryData<string, Schema> Of(Func<ResourceDescriptor, bool> where)
    {
        var data = new TheoryData<string, Schema>();
        foreach (var resource in SarkResources.All.Where(where))
        {
            data.Add(resource.Noun, Schema.Embedded);
            data.Add(resource.Noun, Schema.Sark);
            data.Add(resource.Noun, Schema.Embedded65);
        }

        return data;
    }
}

/// <summary>A fresh database in a folder of its own, which goes with the test.</summary>
internal sealed class TestDatabase : IDisposable
{
    private static readonly Lazy<string> Embedded = new(() => MakeEmbedded(SarkVersion.V62));
    private static readonly Lazy<string> Embedded65 = new(() => MakeEmbedded(SarkVersion.V65));
    private static readonly Lazy<string> Sark65 = new(MakeSark65);

    private readonly TemporaryFolder folder = new();
    private SqliteConnection? watcher;
    private DatabaseContent? content;
    private long contentVersion;

    /// <summary>Makes one.</summary>
    public TestDatabase(Schema schema)
    {
        var source = Source(schema);
        Path = folder["sark.db"];
        // Not File.Copy, which would copy a write protection too.
        File.WriteAllBytes(Path, File.ReadAllBytes(source));
        Twin = new TwinGuard(Path);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Looks at the end whether SARK could carry what is in it.</summary>
    public TwinGuard Twin { get; }

    /// <summary>The folder, for what a test puts beside the database.</summary>
    public string Folder => folder.Path;

    /// <summary>Options that lead here and keep every other path inside the folder.</summary>
    public SarkOptions Options => new() { Database = Path, Root = folder.Path };

    /// <summary>Skips the test where the schema is not at hand.</summary>
    public static string Source(Schema schema)
    {
        if (schema != Schema.Sark)
        {
            return (schema == Schema.Embedded ? Embedded : Embedded65).Value;
        }

        Skip.IfNot(File.Exists(Repository.SarkDatabase), $"No database of SARK at {Repository.SarkDatabase}.");
        return Repository.SarkDatabase;
    }

    /// <summary>The rows of the database that SARK made, in one of the version that a test wants: where that is 6.5, in ours.</summary>
    public static string SarkRows(SarkVersion version) => version == SarkVersion.V65 ? Sark65.Value : Source(Schema.Sark);

    /// <summary>The version of SARK that a schema is of.</summary>
    public static SarkVersion VersionOf(Schema schema) => schema == Schema.Embedded65 ? SarkVersion.V65 : SarkVersion.V62;

    /// <summary>Makes one of a file.</summary>
    public static TestDatabase CopyOf(string path)
    {
        var copy = new TestDatabase(Schema.Embedded);
        File.WriteAllBytes(copy.Path, File.ReadAllBytes(path));
        return copy;
    }

    /// <summary>Runs a statement, past the product.</summary>
    public int Execute(string sql, params (string Name, object? Value)[] values)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return Twin.Past(connection, command.ExecuteNonQuery);
    }

    /// <summary>One value, past the product; null for NULL and for no row.</summary>
    public object? Value(string sql, params (string Name, object? Value)[] values)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command.ExecuteScalar() is { } found and not DBNull ? found : null;
    }

    /// <summary>All rows of all tables. They are read again only when somebody committed a change.</summary>
    public DatabaseContent Content()
    {
        watcher ??= Open();
        using var command = watcher.CreateCommand();
        command.CommandText = "PRAGMA data_version";
        var version = (long)command.ExecuteScalar()!;
        if (content is null || version != contentVersion)
        {
            contentVersion = version;
            content = DatabaseContent.Read(watcher);
        }

        return content;
    }

    /// <summary>A connection past the product, unpooled, to be disposed by the caller.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        return connection;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        watcher?.Dispose();
        using (folder)
        {
            Twin.Check();
        }
    }

    private static string MakeEmbedded(SarkVersion version, string purpose = "embedded")
    {
        var folder = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"sarkps-tests-{Environment.ProcessId}-{purpose}-{version}");
        var path = System.IO.Path.Combine(folder, "sark.db");
        EmbeddedDatabase.CreateIfMissing(path, version);
        SqliteConnection.ClearAllPools();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return path;
    }

    // What SARK 6.5 does not have of it stays away: tables, and nothing else.
    private static string MakeSark65()
    {
        var path = MakeEmbedded(SarkVersion.V65, "rows");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Run("ATTACH '" + Source(Schema.Sark).Replace("'", "''", StringComparison.Ordinal) + "' AS old");
        var triggers = Texts("SELECT sql FROM main.sqlite_master WHERE type = 'trigger'");
        foreach (var name in Texts("SELECT name FROM main.sqlite_master WHERE type = 'trigger'"))
        {
            Run($"DROP TRIGGER main.\"{name}\"");
        }

        foreach (var table in Texts("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name IN (SELECT name FROM "
            + "old.sqlite_master) AND name NOT LIKE 'sqlite_%'"))
        {
            var columns = string.Join(
                ", ",
                Texts($"SELECT name FROM pragma_table_info('{table}', 'old') ORDER BY cid").Select(c => $"\"{c}\""));
            Run($"DELETE FROM main.\"{table}\"");
            Run($"INSERT INTO main.\"{table}\" (rowid, {columns}) SELECT rowid, {columns} FROM old.\"{table}\"");
        }

        // As SARK's own upgrade from 6.2 leaves the columns that are new.
        Run("UPDATE globals SET SIPDRIVER = 'PJSIP'");
        triggers.ForEach(Run);
        Run("DETACH old");
        return path;

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        List<string> Texts(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var texts = new List<string>();
            while (reader.Read())
            {
                texts.Add(reader.GetString(0));
            }

            return texts;
        }
    }
}
