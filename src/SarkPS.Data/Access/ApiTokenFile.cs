using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data;

/// <summary>A token of the file, with what recognizes it.</summary>
/// <param name="Token">What is known of it.</param>
/// <param name="Sha256">SHA-256 of the token, 64 hexadecimal digits.</param>
public sealed record StoredApiToken(ApiToken Token, string Sha256);

/// <summary>
/// The service's own database, in which tokens are kept that are made while it runs, by their hashes. Any number of processes use
/// it: a token that one revokes is refused by all others at their next request.
/// </summary>
/// <param name="find">Tells where the file is. It is made with the first token.</param>
/// <param name="clock">The clock.</param>
/// <param name="creator">Who makes tokens through this.</param>
public sealed class ApiTokenFile(Func<string> find, TimeProvider clock, string creator) : IApiTokens, IDisposable
{
    private const string Prefix = "sark_";

    private const int BusyMilliseconds = 5000;

    // So seldom it is noted that a token is used.
    private static readonly TimeSpan NotedAgain = TimeSpan.FromMinutes(1);

    // What makes of a file of one format that of the next.
    private static readonly string[] Formats =
    [
        """
        CREATE TABLE tokens (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            sha256 TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, networks TEXT NOT NULL, created INTEGER NOT NULL,
            creator TEXT NOT NULL, expires INTEGER, used INTEGER, used_from TEXT);
        """,
    ];

    private readonly object one = new();
    private readonly Dictionary<string, (DateTimeOffset Time, string From)> used = [];
    private string? path;
    private SqliteConnection? connection;
    private Statements? statements;
    private ulong? inode;
    private long? version;
    private Dictionary<string, StoredApiToken> known = [];
    private bool hasHadAny;
    private DateTimeOffset noted;

    /// <summary>The tokens of the exchange that the options describe.</summary>
    /// <param name="options">Where everything is.</param>
    /// <param name="database">Its database, where that has been found; null to find it when it is needed.</param>
    /// <param name="clock">The clock; null for the machine's.</param>
    public static ApiTokenFile Of(SarkOptions options, Func<string>? database = null, TimeProvider? clock = null) => new(
        () => DatabaseLocation.Companion(
            options,
            database is null ? DatabaseLocation.Find(options).Path : database(),
            p => p.Service,
            ".service.db"),
        clock ?? TimeProvider.System,
        ChangeOrigin.Local.Actor);

    private string File => path ??= find();

    /// <summary>
    /// Whether there is a token, or has been one: from then on nobody is served without. Who wants that back removes the file.
    /// </summary>
    /// <exception cref="SarkException">The file cannot be read.</exception>
    public bool Closes => Read(() => hasHadAny);

    /// <summary>A new token and its hash.</summary>
    public static (string Token, string Sha256) Make()
    {
        var token = Prefix + Hex(RandomNumberGenerator.GetBytes(32));
        return (token, Hash(token));
    }

    /// <summary>What a token is recognized by.</summary>
    public static string Hash(string token) => Hex(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    /// <summary>The token of a hash, expired or not; null where there is none, or no longer.</summary>
    /// <exception cref="SarkException">The file cannot be read, so that nobody can tell.</exception>
    public StoredApiToken? Find(string sha256) => Read(() => known.GetValueOrDefault(sha256));

    /// <summary>Notes that a token was used. It is written down once in a while.</summary>
    /// <param name="sha256">The hash of the token.</param>
    /// <param name="from">Where the caller is.</param>
    public void NoteUse(string sha256, string from)
    {
        var now = clock.GetUtcNow();
        lock (used)
        {
            used[sha256] = (now, from);
            if (now - noted < NotedAgain)
            {
                return;
            }

            noted = now;
        }

        // Nobody waits for it; when it fails, the next time has it too.
        _ = Task.Run(WriteUses);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ApiToken>> ListAsync(CancellationToken cancellationToken = default) => Task.Run<IReadOnlyList<ApiToken>>(
        () =>
        {
            WriteUses();
            return Read(() => known.Values.Select(k => k.Token).OrderBy(t => t.Name, StringComparer.OrdinalIgnoreCase).ToArray());
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<CreatedApiToken> CreateAsync(ApiTokenWish wish, CancellationToken cancellationToken = default) =>
        CreateAsync(wish, creator, cancellationToken);

    /// <summary>Makes a token for somebody else.</summary>
    /// <param name="wish">What it is to be.</param>
    /// <param name="by">Who makes it.</param>
    /// <param name="cancellationToken">Ends it before it is made.</param>
    public Task<CreatedApiToken> CreateAsync(ApiTokenWish wish, string by, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            var now = ApiTokenWish.Exact(clock.GetUtcNow());
            var judged = wish.Judged(now);
            var (token, hash) = Make();
            Write(open =>
            {
                if (open.Value("SELECT name FROM tokens WHERE name = ?1", judged.Name) is string taken)
                {
                    throw new SarkConflictException(ApiToken.Noun, judged.Name, $"There is a token '{taken}' already.");
                }

                open.Run(
                    "INSERT INTO tokens (name, sha256, scopes, networks, created, creator, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    judged.Name,
                    hash,
                    string.Join(' ', judged.Scopes),
                    string.Join(' ', judged.Networks),
                    now.ToUnixTimeMilliseconds(),
                    by,
                    judged.Expires?.ToUnixTimeMilliseconds());
            });
            return new CreatedApiToken
            {
                Name = judged.Name,
                Scopes = judged.Scopes,
                Networks = judged.Networks,
                Created = now,
                CreatedBy = by,
                Expires = judged.Expires,
                Token = token,
            };
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(string name, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            var isThere = Read(() => known.Values.Any(k => k.Token.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
            if (isThere)
            {
                Write(open =>
                {
                    open.Run("DELETE FROM tokens WHERE name = ?1", name);
                    isThere = raw.sqlite3_changes(open.Handle) > 0;
                });
            }

            if (!isThere)
            {
                throw new SarkNotFoundException(ApiToken.Noun, name);
            }
        },
        cancellationToken);

    /// <summary>Writes down what is not yet, and lets go of the file.</summary>
    public void Dispose()
    {
        WriteUses();
        lock (one)
        {
            Close();
        }
    }

    private void WriteUses()
    {
        (string Hash, DateTimeOffset Time, string From)[] uses;
        lock (used)
        {
            uses = [.. used.Select(u => (u.Key, u.Value.Time, u.Value.From))];
        }

        if (uses.Length == 0)
        {
            return;
        }

        try
        {
            // Lost with the power, and no harm done.
            Write(
                open =>
                {
                    foreach (var (hash, time, from) in uses)
                    {
                        open.Run(
                            "UPDATE tokens SET used = ?2, used_from = ?3 WHERE sha256 = ?1 AND ifnull(used, 0) < ?2",
                            hash,
                            time.ToUnixTimeMilliseconds(),
                            from);
                    }
                },
                isDurable: false);
        }
        catch (SarkException)
        {
            // Written with the next ones.
            return;
        }

        lock (used)
        {
            foreach (var (hash, time, _) in uses)
            {
                if (used.TryGetValue(hash, out var now) && now.Time == time)
                {
                    used.Remove(hash);
                }
            }
        }
    }

    private T Read<T>(Func<T> read) => Guarded(() =>
    {
        // The file may be gone, or another: then nothing of before counts.
        var isThere = System.IO.File.Exists(File);
        if (!isThere || Posix.Status(File)?.Inode != inode)
        {
            Close();
            known = [];
            hasHadAny = false;
        }

        if (isThere)
        {
            // It differs when another connection has changed the file. (https://www.sqlite.org/pragma.html#pragma_data_version)
            var open = statements ?? Connect();
            var now = (long)open.Value("PRAGMA data_version")!;
            if (now != version)
            {
                Load(open);
                version = now;
            }
        }

        return read();
    });

    private void Write(Action<Statements> work, bool isDurable = true) => Guarded(() =>
    {
        Read(() => true);
        JournalFolder.Make(File);
        var open = statements ?? Connect();
        open.RunOnce($"PRAGMA synchronous = {(isDurable ? "FULL" : "NORMAL")}");
        open.Run("BEGIN IMMEDIATE");
        try
        {
            work(open);
            open.Run("COMMIT");
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(open.Handle) == 0)
            {
                raw.sqlite3_exec(open.Handle, "ROLLBACK");
            }

            throw;
        }

        Load(open);
        return true;
    });

    private void Load(Statements open)
    {
        var found = new Dictionary<string, StoredApiToken>(StringComparer.Ordinal);
        foreach (var row in open.Rows(
            "SELECT name, sha256, scopes, networks, created, creator, expires, used, used_from FROM tokens"))
        {
            var hash = Text(1)!;
            found[hash] = new StoredApiToken(
                new ApiToken
                {
                    Name = Text(0)!,
                    Scopes = Words(Text(2)),
                    Networks = Words(Text(3)),
                    Created = Time(4)!.Value,
                    CreatedBy = Text(5)!,
                    Expires = Time(6),
                    LastUsed = Time(7),
                    LastUsedFrom = Text(8),
                },
                hash);

            string? Text(int column) => RowImage.Value(row, column) as string;

            DateTimeOffset? Time(int column) =>
                RowImage.Value(row, column) is long time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;
        }

        hasHadAny = open.Value("SELECT seq FROM sqlite_sequence WHERE name = 'tokens'") is > 0L;
        known = found;

        static string[] Words(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private Statements Connect()
    {
        var opened = DatabaseFile.Open(File, SqliteOpenMode.ReadWrite, BusyMilliseconds);
        try
        {
            var ready = new Statements(opened);
            ready.RunOnce("PRAGMA journal_mode = WAL");
            if ((long)ready.Value("PRAGMA user_version")! > Formats.Length)
            {
                throw new SarkException(
                    SarkErrorKind.Unsupported,
                    ApiToken.Noun,
                    Path.GetFileName(File),
                    $"The tokens in '{Path.GetFileName(File)}' were written by a later version of SarkPS.")
                { FilePath = File };
            }

            if ((long)ready.Value("PRAGMA user_version")! < Formats.Length)
            {
                ready.Run("BEGIN IMMEDIATE");
                // Another process may have made them meanwhile.
                foreach (var tables in Formats.Skip((int)(long)ready.Value("PRAGMA user_version")!))
                {
                    ready.RunOnce(tables);
                }

                ready.RunOnce($"PRAGMA user_version = {Formats.Length}");
                ready.Run("COMMIT");
            }

            (connection, statements, version, inode) = (opened, ready, null, Posix.Status(File)?.Inode);
            return ready;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private void Close()
    {
        statements?.Dispose();
        connection?.Dispose();
        (statements, connection, version, inode) = (null, null, null, null);
    }

    private T Guarded<T>(Func<T> work)
    {
        lock (one)
        {
            try
            {
                return work();
            }
            catch (SqliteException error)
            {
                Close();
                throw SqliteErrors.Translate(error, File, ApiToken.Noun);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Close();
                throw new SarkUnavailableException(
                    ApiToken.Noun,
                    Path.GetFileName(File),
                    $"The tokens in '{Path.GetFileName(File)}' cannot be used: {error.Message}",
                    error)
                { FilePath = File };
            }
        }
    }
}
