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
}

/// <summary>Databases for theories: each test runs on both.</summary>
public static class Schemas
{
    /// <summary>Both.</summary>
    public static TheoryData<Schema> Both => [Schema.Embedded, Schema.Sark];

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
                (c.Reference?.Noun == resource.Noun && c.Name != other.KeyColumn) || (isDestination && c.Destination is not null)).ToArray()))
            .Where(n => n.Item2.Length > 0);
    }

    private static TheoryData<string, Schema> Of(Func<ResourceDescriptor, bool> where)
    {
        var data = new TheoryData<string, Schema>();
        foreach (var resource in SarkResources.All.Where(where))
        {
            data.Add(resource.Noun, Schema.Embedded);
            data.Add(resource.Noun, Schema.Sark);
        }

        return data;
    }
}

/// <summary>A fresh database in a folder of its own, which goes with the test.</summary>
internal sealed class TestDatabase : IDisposable
{
    private static readonly Lazy<string> Embedded = new(MakeEmbedded);

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
        if (schema == Schema.Embedded)
        {
            return Embedded.Value;
        }

        Skip.IfNot(File.Exists(Repository.SarkDatabase), $"No database of SARK at {Repository.SarkDatabase}.");
        return Repository.SarkDatabase;
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

        return command.ExecuteNonQuery();
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
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false, DefaultTimeout = 30 }.ToString());
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

    private static string MakeEmbedded()
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"sarkps-tests-{Environment.ProcessId}", "sark.db");
        EmbeddedDatabase.CreateIfMissing(path);
        SqliteConnection.ClearAllPools();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(System.IO.Path.GetDirectoryName(path)!, recursive: true);
        return path;
    }
}
