using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Journal;

/// <summary>
/// What a transaction has read is not read again, and is never told when it is not so any more: whoever changes a row, this
/// connection, a trigger or another program, and whatever is taken back.
/// </summary>
public sealed class SeenRowsTests
{
    // More often than it takes until a column is remembered.
    private const int Often = 20;

    [Fact]
    public async Task What_was_changed_is_read_as_it_is_now()
    {
        using var database = new JournalDatabase();
        database.Execute(
            "CREATE TABLE sheet (pkey TEXT PRIMARY KEY, word TEXT, count INTEGER DEFAULT 0);"
                + "CREATE TRIGGER sheet_update AFTER UPDATE OF word ON sheet BEGIN UPDATE sheet SET count = count + 1; END;"
                + "CREATE TRIGGER emptying AFTER INSERT ON sheet WHEN new.pkey = 'empty' BEGIN DELETE FROM sheet; END;"
                + "INSERT INTO sheet (pkey, word) VALUES ('1', 'one'), ('2', 'two')");

        await WriteAsync(database, session =>
        {
            Assert.Equal(["one", "two"], Words(session));
            Assert.Equal(0L, Assert.Single(session.Select("sheet", ("pkey", "2")))["count"]);

            session.Update("sheet", [("word", "ONE")], [("pkey", "1")]);

            Assert.Equal(["ONE", "two"], Words(session));
            // A trigger has changed it.
            Assert.Equal(1L, Assert.Single(session.Select("sheet", ("pkey", "2")))["count"]);
            Assert.False(session.Exists("sheet", "pkey", "3"));
            session.TryInsert("sheet", [("pkey", "3")]);
            Assert.True(session.Exists("sheet", "pkey", "3"));
            session.Delete("sheet", ("pkey", "3"));
            Assert.False(session.Exists("sheet", "pkey", "3"));
            // SQLite does not tell of the rows that go when a table is emptied at once.
            session.TryInsert("sheet", [("pkey", "empty")]);
            Assert.Empty(session.Select("sheet"));
            Assert.False(session.Exists("sheet", "pkey", "1"));
        });
    }

    [Fact]
    public async Task What_is_taken_back_is_read_as_it_was()
    {
        using var database = new JournalDatabase();
        database.Execute("CREATE TABLE sheet (pkey TEXT PRIMARY KEY, word TEXT); INSERT INTO sheet VALUES ('1', 'one')");

        await WriteAsync(database, session =>
        {
            var count = session.ChangeCount;
            session.Begin("part");
            session.Update("sheet", [("word", "other")], [("pkey", "1")]);
            Assert.Equal(["other"], Words(session));
            session.TakeBack("part", count);
            Assert.Equal(["one"], Words(session));
        });
        await Assert.ThrowsAsync<SarkConflictException>(() => WriteAsync(database, session =>
        {
            session.Update("sheet", [("word", "other")], [("pkey", "1")]);
            Assert.Equal(["other"], Words(session));
            throw new SarkConflictException("Sheet", "1", "Refused.");
        }));
        await WriteAsync(database, session => Assert.Equal(["one"], Words(session)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_others_have_changed_between_is_read_anew(bool hasLog)
    {
        using var database = new JournalDatabase();
        database.Execute("CREATE TABLE sheet (pkey TEXT PRIMARY KEY, word TEXT, note TEXT); INSERT INTO sheet VALUES ('1', 'one', 'a')");
        if (hasLog)
        {
            database.Execute("PRAGMA journal_mode = WAL");
        }

        using var other = database.Connect();
        for (var i = 0; i < 3; i++)
        {
            var word = $"word{i}";
            await WriteAsync(database, session => Find(session, "note", "a", Often));
            using (var command = other.CreateCommand())
            {
                command.CommandText = $"UPDATE sheet SET word = '{word}', note = '{(char)('b' + i)}'";
                command.ExecuteNonQuery();
            }

            await WriteAsync(database, session =>
            {
                Assert.Equal([word], Words(session));
                Assert.Empty(session.Select("sheet", ("note", "a")));
                Assert.Single(session.Select("sheet", ("note", $"{(char)('b' + i)}")));
                session.Update("sheet", [("note", "a")], [("pkey", "1")]);
            });
        }
    }

    [Fact]
    public async Task A_text_is_found_wherever_it_has_come_to()
    {
        using var database = new JournalDatabase();
        database.Execute(
            "CREATE TABLE sheet (pkey TEXT PRIMARY KEY, address TEXT COLLATE NOCASE, padded TEXT COLLATE RTRIM, loose);"
                + "INSERT INTO sheet VALUES ('1', 'aabb', 'x  ', '7'), ('2', 'ccdd', 'y', 8)");

        await WriteAsync(database, session =>
        {
            foreach (var (column, text) in new[] { ("address", "AABB"), ("padded", "x"), ("loose", "7") })
            {
                Assert.All(Find(session, column, text, Often), keys => Assert.Equal(["1"], keys));
            }

            // A column without a type holds numbers and texts, and they are not the same.
            Assert.All(Find(session, "loose", "8", Often), keys => Assert.Empty(keys));
            var count = session.ChangeCount;
            session.Begin("part");
            session.Update("sheet", [("address", "eeff")], [("pkey", "1")]);
            session.TryInsert("sheet", [("pkey", "3"), ("address", "aabb")]);
            Assert.Equal(["3"], Keys(session, "address", "Aabb"));
            Assert.Equal(["1"], Keys(session, "address", "eeff"));
            session.TakeBack("part", count);
            Assert.Equal(["1"], Keys(session, "address", "Aabb"));
            Assert.Empty(Keys(session, "address", "eeff"));
            session.Delete("sheet", ("pkey", "1"));
            Assert.Empty(Keys(session, "address", "Aabb"));
            session.TryInsert("sheet", [("pkey", "4"), ("address", "AAbb")]);
            Assert.Equal(["4"], Keys(session, "address", "aabb"));
            // A table that others ask by its key, and that changes each time.
            for (var i = 0; i < Often * 10; i++)
            {
                Assert.False(session.Exists("sheet", "pkey", $"k{i}"));
                session.TryInsert("sheet", [("pkey", $"k{i}")]);
                Assert.True(session.Exists("sheet", "pkey", $"k{i}"));
            }
        });
    }

    [Fact]
    public async Task The_journal_of_SQLite_stays_while_changes_come_and_is_gone_when_they_end()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("t0"));
        Assert.False(File.Exists(database.Path + "-journal"));
        await database.MakeAsync(Steps.Tenant("t1"));
        await database.MakeAsync(Steps.Tenant("t2"));

        Assert.True(File.Exists(database.Path + "-journal"));
        Assert.False(RollbackJournal.IsHot(database.Path));
        // Whoever comes meanwhile uses it, and takes it away.
        database.Execute("UPDATE Cluster SET description = 'page' WHERE pkey = 't1'");
        Assert.False(File.Exists(database.Path + "-journal"));
        await database.MakeAsync(Steps.Tenant("t3"));
        await database.MakeAsync(Steps.Tenant("t4"));
        database.Close();
        Assert.False(File.Exists(database.Path + "-journal"));
        Assert.Equal(["ok"], database.Query("PRAGMA integrity_check"));
        Assert.Equal(["page"], database.Query("SELECT description FROM Cluster WHERE pkey = 't1'"));
    }

    [Fact]
    public async Task A_database_with_a_write_ahead_log_keeps_it()
    {
        using var database = new JournalDatabase();
        database.Execute("PRAGMA journal_mode = WAL");
        for (var i = 0; i < 3; i++)
        {
            await database.MakeAsync(Steps.Tenant($"t{i}"));
        }

        database.Close();
        Assert.Equal(["wal"], database.Query("PRAGMA journal_mode"));
        Assert.Equal(["3"], database.Query("SELECT count(*) FROM Cluster WHERE pkey GLOB 't[0-9]'"));
    }

    [Fact]
    public async Task What_fails_after_the_commit_takes_no_answer_with_it()
    {
        using var database = new JournalDatabase();
        database.Database.Written = _ => throw new IOException("The flag cannot be set.");
        var told = new List<Notice>();

        var made = await Notices.Hear(told.Add, () => database.MakeAsync(Steps.Tenant("acme")));

        Assert.NotNull(made);
        Assert.Equal(
            "The change was made. What follows a change of 'sark.db' failed: The flag cannot be set.",
            Assert.Single(told).Sentence);
        database.Database.Written = null;
        await database.MakeAsync(Steps.Tenant("later"));
        Assert.Equal(["acme", "later"], (await database.HistoryAsync()).Select(e => e.Key));
    }

    private static Task WriteAsync(JournalDatabase database, Action<RowSession> work) => database.Database.Writer.RunAsync(
        session =>
        {
            work(session);
            return true;
        },
        new WriteIntent(),
        default);

    private static string[] Words(RowSession session) => [.. session.Select("sheet").Select(r => r.Text("word")!)];

    private static string[][] Find(RowSession session, string column, string text, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => Keys(session, column, text))];

    private static string[] Keys(RowSession session, string column, string text) =>
        [.. session.Select("sheet", (column, text)).Select(r => r.Text("pkey")!)];
}
