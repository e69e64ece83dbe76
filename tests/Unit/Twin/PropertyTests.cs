using System.Globalization;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;
using Xunit.Abstractions;

namespace SarkPS.Tests.Twin;

/// <summary>
/// Texts that nobody should write, for every text that can be written: whatever is accepted survives SARK's dump, reload and
/// generation. The same texts each time; <c>SARKPS_PROPERTY_SEED</c> gives others and <c>SARKPS_PROPERTY_ROUNDS</c> more.
/// </summary>
public sealed class PropertyTests(ITestOutputHelper output)
{
    // The row that is written to; lower numbers are those that it names.
    private const int Own = 11;

    // What has a meaning to SARK's dumper, to its generator, to a file of Asterisk's or to a shell, and letters that have none.
    private static readonly string[] Pieces =
    [
        "'", "''", "\"", "\\", "\\\\", "\\1", "\\0", "$1", "$0", "${1}", "$", "$desc", "$ext", "$password", "$clst", "${EXTEN}", "$(id)",
        "`id`", ",", ";", ";--", "\\;",
        "[", "]", "[x]", "(", ")", "(!)", "<", ">", "<1>", "{", "}", "\n", "\r\n", "\r", "\n[x]\n", "\n#exec id\n", "\t", "\0", "\u0001",
        "\u007f", "\u0085", "\u2028", "\ufeff",
        "ä", "ß", "中", "\U0001f600", "|", "&", "#", "%", "=", "=>", "@", ":", "/", "../", ".", "*", "+", "?", "!", "~", "^", "-", "_", " ",
        "  ", "\u00a0", "x", "7",
    ];

    // Names that are SARK's own, words that its columns know, and texts that are long.
    private static readonly string[] Whole =
    [
        "internal", "extensions", "mainmenu", "general", "globals", "parkedcalls", "Cosend", "queues", "from-internal", "macro-x",
        "macro-clear", "default", "MASTER", "RINGALL",
        "4011opencos", "4011closedcos", "4011", "6011", "i", "t", "0", "None", "*-*", "*", ".", "..", new('x', 80), new('x', 300), new(
            'x',
            9000), new('7', 80), "\u00e4" + new string('\u00e4', 60),
    ];

    /// <summary>Every resource, strictly and as sark6api reads a request.</summary>
    public static TheoryData<string, bool> Doors
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var resource in SarkResources.All)
            {
                data.Add(resource.Noun, true);
                data.Add(resource.Noun, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task What_is_accepted_is_carried(string noun, bool isStrict)
    {
        var (seed, rounds) = (Number("SARKPS_PROPERTY_SEED", 9), Number("SARKPS_PROPERTY_ROUNDS", 25));
        var random = new Random(seed);
        using var database = new TestDatabase(Support.Schema.Embedded);
        if (!isStrict)
        {
            database.Twin.Except("What clients of old may store is looked at write by write.");
        }

        using var connection = new SqliteDatabase(database.Path);
        var store = new SqliteStore(connection);
        var samples = new Samples((r, kind, changes) => store.CreateAsync(r, kind, changes, ChangeOptions.Default, default));
        var resource = SarkResources.Find(noun);
        var kind = Samples.Kinds(resource)[0];
        var key = new RowKey(noun);
        if (!resource.IsSingleton)
        {
            key = (await store.CreateAsync(
                resource,
                kind,
                await samples.LeastAsync(resource, kind, Own),
                isStrict: true,
                ChangeOptions.Default,
                default)).Key;
        }

        var wrong = new List<string>();
        var (accepted, refused) = (0, 0);

        async Task Try(string column, string value, Func<Task> write)
        {
            var before = database.Content();
            try
            {
                await write();
            }
            catch (SarkException e) when (e is not SarkUnavailableException)
            {
                refused++;
                return;
            }

            accepted++;
            if (TwinCheck.Faults(database.Path).Where(f => isStrict || !TwinCheck.IsTakenFromOldClients(f))
                .ToArray() is { Length: > 0 } faults)
            {
                wrong.Add($"{column} = {Shown(value)}: {faults[0]}");
                Undo(database, before);
            }
        }

        foreach (var (column, rules) in resource.RulesFor(resource.IsSingleton ? null : kind, isCreate: false, isStrict, SarkVersion.V62)
            .Where(c => c.Column.Type == ColumnType.Text)
            .ToArray())
        {
            var valid = (await samples.ValidAsync(column, rules)).OfType<string>().ToArray();
            for (var round = 0; round < rounds; round++)
            {
                var value = Text(random, valid);
                await Try(
                    column.Name,
                    value,
                    () => store.UpdateAsync(
                        resource,
                        key,
                        new Changes { [column.Name] = value },
                        isStrict,
                        ChangeOptions.Default,
                        default));
            }
        }

        // A key is written once, when its row is made.
        for (var round = 0; round < rounds * 4 && resource is { IsSingleton: false, GeneratesKey: false, SecondKeyColumn: null }; round++)
        {
            var least = await samples.LeastAsync(resource, kind, Own + 1);
            var value = Text(random, [Samples.Key(resource, Own + 1)]);
            least[resource.KeyColumn] = value;
            var before = database.Content();
            await Try(resource.KeyColumn, value, () => store.CreateAsync(resource, kind, least, isStrict, ChangeOptions.Default, default));
            Undo(database, before);
        }

        output.WriteLine($"{accepted} accepted, {refused} refused");
        Assert.True(wrong.Count == 0,
            $"SARKPS_PROPERTY_SEED={seed} SARKPS_PROPERTY_ROUNDS={rounds}: {wrong.Count} texts were accepted that SARK cannot "
                + $"carry:\n{string.Join('\n', wrong.Take(40))}");
    }

    // One of the known, or a text that fits with something in it that perhaps does not.
    private static string Text(Random random, string[] valid)
    {
        if (random.Next(4) == 0)
        {
            return Whole[random.Next(Whole.Length)];
        }

        var text = valid.Length > 0 && random.Next(3) > 0 ? valid[random.Next(valid.Length)] : "sample";
        for (var more = random.Next(1, 4); more > 0; more--)
        {
            text = text.Insert(
                random.Next(3) switch { 0 => 0, 1 => text.Length, _ => random.Next(text.Length + 1) },
                Pieces[random.Next(Pieces.Length)]);
        }

        return text;
    }

    private static void Undo(TestDatabase database, DatabaseContent before)
    {
        foreach (var change in before.ChangesTo(database.Content()))
        {
            if (change.Kind == RowChangeKind.Added)
            {
                database.Execute($"DELETE FROM \"{change.Table}\" WHERE rowid = @id", ("id", change.Id));
                continue;
            }

            var row = before.Tables[change.Table][change.Id];
            foreach (var column in change.Columns)
            {
                database.Execute(
                    $"UPDATE \"{change.Table}\" SET \"{column}\" = @value WHERE rowid = @id",
                    ("value", row[column]),
                    ("id", change.Id));
            }
        }
    }

    private static int Number(
        string name,
        int otherwise) => int.Parse(
            Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);

    private static string Shown(string text)
    {
        var shown = System.Text.Json.JsonSerializer.Serialize(text);
        return shown.Length > 60 ? $"{shown[..60]}... ({text.Length})" : shown;
    }
}
