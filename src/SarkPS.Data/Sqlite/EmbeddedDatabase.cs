using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// A database of SARK's schema for machines without SARK, with the rows that a fresh installation needs: the default
/// tenant, the settings, the kinds of carriers, the makers of telephones and a template for each of them.
/// </summary>
public static class EmbeddedDatabase
{
    private static readonly Lazy<IReadOnlySet<(string Table, string Column)>> Numbers = new(
        () => SarkVersion.All.SelectMany(Schema.Numbers).ToHashSet());

    // What SQLite keeps beside a database while it is in use, or after a crash.
    private static readonly string[] Companions = ["-journal", "-wal", "-shm"];

    /// <summary>
    /// Makes a database unless the file exists. It appears under its name when it is whole, readable by its owner only,
    /// since it holds passwords; where several processes try at once, one of them makes it.
    /// </summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="version">The version of SARK whose tables it gets; the first without it.</param>
    /// <returns>Whether it was made.</returns>
    /// <exception cref="SarkException">The folder or the file cannot be made.</exception>
    public static bool CreateIfMissing(string path, SarkVersion? version = null)
    {
        path = Path.GetFullPath(path);
        if (File.Exists(path))
        {
            return false;
        }

        if (Companions.Select(c => path + c).FirstOrDefault(File.Exists) is { } left)
        {
            // SQLite would play it back into the new database. If the database has appeared meanwhile, it is in use.
            return !File.Exists(path)
                ? throw SqliteErrors.Unavailable(SqliteErrors.Noun, path,
                    $"{SqliteErrors.Quoted(left)} was left behind by a database that is no longer there. Put "
                        + $"{SqliteErrors.Quoted(path)} back beside it, or move it away.")
                : false;
        }

        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            CreateFolder(Path.GetDirectoryName(path)!);
            CreateFile(temporary);
            Fill(temporary, version ?? SarkVersion.V62);
            // Fails where the name is taken.
            Files.Posix.MoveNew(temporary, path);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new SarkDeniedException(
                SqliteErrors.Noun,
                SarkException.NameOf(path),
                $"User {Environment.UserName} may not make the database {SqliteErrors.Quoted(path)}.",
                error)
            { FilePath = path };
        }
        catch (IOException error)
        {
            throw SqliteErrors.Unavailable(SqliteErrors.Noun, path,
                $"The database {SqliteErrors.Quoted(path)} could not be made: "
                    + $"{error.Message.Replace($"'{temporary}'", SqliteErrors.Quoted(path), StringComparison.Ordinal)}", error);
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, path);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>
    /// Whether a column of SARK's tables holds whole numbers as numbers, as SQLite then answers them; most hold them as texts.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="column">The column.</param>
    public static bool HoldsNumbers(string table, string column) => Numbers.Value.Contains((table, column));

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void CreateFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private static void Fill(string path, SarkVersion version)
    {
        using (var connection = DatabaseFile.Open(path, SqliteOpenMode.ReadWrite))
        {
            // Nobody else sees the file yet, and a failed one is thrown away: no journal and no waiting for the disk.
            // Both settings last as long as the connection; users of the file get SQLite's own, the rollback journal.
            connection.Execute("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
            using var transaction = connection.BeginTransaction();
            connection.Execute(string.Join(";\n", Schema.Statements(version)), transaction: transaction);
            using (var statements = new Statements(connection))
            {
                Seed(new RowSession(statements), version);
            }

            transaction.Commit();
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    private static void Seed(RowSession session, SarkVersion version)
    {
        using var stream = Schema.Resource("Seed.json");
        using var seed = JsonDocument.Parse(stream);
        foreach (var table in seed.RootElement.EnumerateObject())
        {
            foreach (var row in table.Value.EnumerateArray())
            {
                // A row of one version alone has a member @ that names it, a value of one version has it behind its name.
                if (!row.TryGetProperty("@", out var only) || only.GetString() == version.Name)
                {
                    session.TryInsert(
                        table.Name,
                        [
                            .. row.EnumerateObject()
                                .Select(v => (Name: v.Name.Split('@'), v.Value))
                                .Where(v => v.Name is [_] || (v.Name[0].Length > 0 && v.Name[1] == version.Name))
                                .Select(v => (v.Name[0], (object?)Text(v.Value))),
                        ]);
                }
            }
        }
    }

    // Texts of several lines stand as lists of lines.
    private static string? Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
        ? string.Join('\n', value.EnumerateArray().Select(line => line.GetString()))
        : value.GetString();
}
