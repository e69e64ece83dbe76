using System.Text;

namespace SarkPS.Tests.Files;

public sealed class CallRecordTests : IDisposable
{
    private const string Path = "/var/log/asterisk/cdr-csv/Master.csv";
    private readonly PbxTree tree = new();

    private ICallRecordOperations Calls => tree.Operations.CallRecords;

    public void Dispose() => tree.Dispose();

    internal static string Row(
        int number,
        string disposition = "ANSWERED",
        int duration = 60,
        string start = "2026-01-01 10:00:00",
        string name = "Ext") =>
        $"\"\",\"{400 + number}\",\"402\",\"internal\",\"\"\"{name}{number}\"\" <{400 + number}>\","
            + $"\"SIP/{400 + number}-00000001\",\"SIP/402-00000001\",\"Dial\",\"SIP/402,30\",\"{start}\","
            + $"\"{(disposition == "ANSWERED" ? "2026-01-01 10:00:05" : "")}\",\"2026-01-01 10:01:00\",{duration},"
            + $"{Math.Max(0, duration - 5)},\"{disposition}\",\"DOCUMENTATION\",\"17000001.{number}\",\"\"\n";

    private async Task<List<CallRecord>> ReadAsync(CallRecordFilter filter, CallRecordStatistics? statistics = null)
    {
        var found = new List<CallRecord>();
        await foreach (var record in Calls.ReadAsync(filter, statistics))
        {
            found.Add(record);
        }

        return found;
    }

    private async Task<string> CsvAsync(CallRecordFilter filter)
    {
        using var target = new MemoryStream();
        await Calls.WriteCsvAsync(filter, target);
        return Encoding.UTF8.GetString(target.ToArray());
    }

    [Fact]
    public async Task A_row_becomes_a_typed_record()
    {
        tree.Write(Path, Row(1) + Row(2, "NO ANSWER", 12));
        var found = await ReadAsync(new CallRecordFilter());
        var first = found[0];
        Assert.Equal(
            ("401", "402", "internal", "\"Ext1\" <401>", "SIP/401-00000001"),
            (first.Source, first.Destination, first.Context, first.CallerId, first.Channel));
        Assert.Equal(new DateTime(2026, 1, 1, 10, 0, 0), first.Start);
        Assert.Equal(new DateTime(2026, 1, 1, 10, 0, 5), first.Answer);
        Assert.Equal(
            (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(55), CallDisposition.Answered),
            (first.Duration, first.BillableDuration, first.Disposition));
        Assert.Equal(("DOCUMENTATION", "17000001.1", ""), (first.AmaFlags, first.UniqueId, first.UserField));
        Assert.Equal((null, CallDisposition.NoAnswer), (found[1].Answer, found[1].Disposition));
    }

    [Fact]
    public async Task Filters_narrow_and_the_last_come_in_the_order_of_the_file()
    {
        tree.Write(Path, string.Concat(Enumerable.Range(0, 3000).Select(
            i => Row(i % 50, i % 3 == 0 ? "BUSY" : "ANSWERED", i % 100, $"2026-{1 + i / 300:00}-01 10:{i / 60 % 60:00}:{i % 60:00}"))));
        Assert.Equal(3000, (await ReadAsync(new CallRecordFilter())).Count);
        Assert.Equal(60, (await ReadAsync(new CallRecordFilter { Source = "401" })).Count);
        Assert.Equal(600, (await ReadAsync(new CallRecordFilter { Source = "40?" })).Count);
        Assert.Equal(840, (await ReadAsync(new CallRecordFilter { Source = "*0*", Destination = "402" })).Count);
        Assert.Equal(1000, (await ReadAsync(new CallRecordFilter { Disposition = CallDisposition.Busy })).Count);
        Assert.Equal(300, (await ReadAsync(new CallRecordFilter { MinimumDuration = TimeSpan.FromSeconds(90) })).Count);
        Assert.Equal(
            300,
            (await ReadAsync(new CallRecordFilter { After = new DateTime(2026, 3, 1), Before = new DateTime(2026, 4, 1) })).Count);
        Assert.Equal(2400, (await ReadAsync(new CallRecordFilter { After = new DateTime(2026, 3, 1) })).Count);
        Assert.Empty(await ReadAsync(new CallRecordFilter { Source = "4010" }));
        Assert.Equal(
            ["17000001.48", "17000001.49"],
            (await ReadAsync(new CallRecordFilter { Last = 2 })).Select(record => record.UniqueId));
        var all = await ReadAsync(new CallRecordFilter { Source = "407" });
        Assert.Equal(all.TakeLast(10), await ReadAsync(new CallRecordFilter { Source = "407", Last = 10 }));
        Assert.Equal(all, await ReadAsync(new CallRecordFilter { Source = "407", Last = 1000 }));
        await Assert.ThrowsAsync<SarkValidationException>(() => ReadAsync(new CallRecordFilter { Last = 0 }));
        await Assert.ThrowsAsync<SarkValidationException>(() => ReadAsync(new CallRecordFilter { Disposition = CallDisposition.Unknown }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task A_row_cut_short_is_skipped_and_counted(int? last)
    {
        var cut = Row(7);
        tree.Write(Path, Row(1) + cut[..60] + "\n" + "\n" + Row(2) + Row(3) + cut[..^9]);
        var statistics = new CallRecordStatistics();
        var found = await ReadAsync(new CallRecordFilter { Last = last }, statistics);
        Assert.Equal(["401", "402", "403"], found.Select(record => record.Source));
        Assert.Equal((3, 2), (statistics.Matched, statistics.Skipped));
        Assert.Equal(Row(2) + Row(3), await CsvAsync(new CallRecordFilter { Last = 2 }));
    }

    [Fact]
    public async Task Rows_across_the_borders_of_blocks_are_read_whole()
    {
        // Rows of changing length, more than three blocks of them.
        var rows = Enumerable.Range(0, 16_000).Select(i => Row(i, name: new string('n', i % 97))).ToArray();
        tree.Write(Path, string.Concat(rows));
        Assert.Equal(
            Enumerable.Range(0, 16_000).Select(i => $"{400 + i}"),
            (await ReadAsync(new CallRecordFilter())).Select(record => record.Source));
        Assert.Equal(
            Enumerable.Range(1000, 15_000).Select(i => $"{400 + i}"),
            (await ReadAsync(new CallRecordFilter { Last = 15_000 })).Select(record => record.Source));
        Assert.Equal(["15399"], (await ReadAsync(new CallRecordFilter { Source = "15399" })).Select(record => record.Source));
        Assert.Equal(string.Concat(rows), await CsvAsync(new CallRecordFilter()));
        Assert.Equal(string.Concat(rows[^100..]), await CsvAsync(new CallRecordFilter { Last = 100 }));
    }

    [Fact]
    public async Task Files_of_other_writers_are_read()
    {
        // Without quotes, with the columns that newer Asterisk adds, in Latin-1, with line ends of Windows.
        var line = Row(1).TrimEnd('\n').Replace("\"", "", StringComparison.Ordinal).Replace("Ext1", "J\u00FCrg", StringComparison.Ordinal)
            .Replace("SIP/402,30", "SIP/402", StringComparison.Ordinal);
        File.WriteAllBytes(tree[Path], Encoding.Latin1.GetBytes($"{line},peer,linked,7\r\n"));
        var record = Assert.Single(await ReadAsync(new CallRecordFilter { Source = "401" }));
        Assert.Equal("J\u00FCrg <401>", record.CallerId);
    }

    [Fact]
    public async Task No_file_is_no_calls_and_a_file_that_may_not_be_read_is_said()
    {
        Assert.Empty(await ReadAsync(new CallRecordFilter()));
        Assert.Equal("", await CsvAsync(new CallRecordFilter()));
        Directory.Delete(tree["/var/log/asterisk/cdr-csv"]);
        await Assert.ThrowsAsync<SarkUnavailableException>(() => ReadAsync(new CallRecordFilter()));
    }

    [SkippableFact]
    public void An_account_without_rights_is_told_what_is_missing()
    {
        File.SetUnixFileMode(tree.Write(Path, Row(1)), UnixFileMode.UserRead);
        Assert.StartsWith("Denied: ", tree.AsNobody("try", tree.Root, "read-calls"), StringComparison.Ordinal);
    }

    // As a real exchange writes them over the years; {0} is the number of the row.
    public static TheoryData<string, string> OddRows() => new()
    {
        { Row(5, name: "Doe, "), "\"Doe, 5\" <405>" },
        { Row(5, name: "The \"\"\"\"Boss\"\"\"\""), "\"The \"\"Boss\"\"5\" <405>" },
        { Row(5, name: "Line\nbreak"), "\"Line\nbreak5\" <405>" },
        { Row(5, name: "Three\nlines\r\nof "), "\"Three\nlines\r\nof 5\" <405>" },
        { Row(5, name: "Unescaped \"mid\" quote"), "\"Unescaped \"mid\" quote5\" <405>" },
        { Row(5).Replace("\n", "\r\n", StringComparison.Ordinal), "\"Ext5\" <405>" },
        { new string('\0', 64) + Row(5), "\"Ext5\" <405>" },
        { Row(5, name: "A\0nn\0"), "\"Ann5\" <405>" },
        { Row(5).Replace(",60,55,", ",60.25,55.125,", StringComparison.Ordinal), "\"Ext5\" <405>" },
        {
            Row(5).Replace("\"17000001.5\",\"\"", "\"17000001.5\",\"uf\",\"SIP/peer\",\"1700000000.1\",\"7\"", StringComparison.Ordinal),
            "\"Ext5\" <405>" },
    };

    [Theory]
    [MemberData(nameof(OddRows))]
    public async Task Every_whole_row_is_read(string row, string callerId)
    {
        tree.Write(Path, Row(1) + row + Row(2));
        foreach (var filter in new[] {
            new CallRecordFilter(),
            new CallRecordFilter { Last = 2 },
            new CallRecordFilter { Source = "405" },
            new CallRecordFilter { Disposition = CallDisposition.Answered },
            new CallRecordFilter { Source = "4*5" } })
        {
            var statistics = new CallRecordStatistics();
            var found = await ReadAsync(filter, statistics);
            Assert.Equal(callerId, found.Single(record => record.Source == "405").CallerId);
            Assert.Equal(0, statistics.Skipped);
            Assert.Equal(filter.Last ?? (filter.Source is null ? 3 : 1), found.Count);
        }

        Assert.DoesNotContain('\0', await CsvAsync(new CallRecordFilter()));
        // What is written out is read alike.
        var first = await ReadAsync(new CallRecordFilter());
        tree.Write(Path, await CsvAsync(new CallRecordFilter()));
        Assert.Equal(first, await ReadAsync(new CallRecordFilter()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(41)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task A_row_that_was_cut_off_takes_no_other_with_it(int length)
    {
        tree.Write(
            Path,
            Row(1) + Row(9)[..length] + "\n" + Row(2) + "# comment\n" + Row(3, name: "Line\nbreak") + new string('\0', 40) + "\n" + Row(4));
        foreach (var last in new int?[] { null, 4 })
        {
            var statistics = new CallRecordStatistics();
            Assert.Equal(
                ["401", "402", "403", "404"],
                (await ReadAsync(new CallRecordFilter { Last = last }, statistics)).Select(record => record.Source));
            Assert.Equal((4, length == 0 ? 1 : 2), (statistics.Matched, statistics.Skipped));
        }
    }

    [Fact]
    public async Task Rows_with_line_breaks_are_whole_across_the_borders_of_blocks_too()
    {
        var rows = Enumerable.Range(0, 12_000).Select(
            i => Row(
                i,
                name: i % 3 == 0 ? "two\nlines" + new string('n', i % 89) : "one",
                disposition: i % 2 == 0 ? "ANSWERED" : "BUSY")).ToArray();
        tree.Write(Path, string.Concat(rows));
        var statistics = new CallRecordStatistics();
        Assert.Equal(12_000, (await ReadAsync(new CallRecordFilter(), statistics)).Count);
        Assert.Equal(6000, (await ReadAsync(new CallRecordFilter { Disposition = CallDisposition.Busy }, statistics)).Count);
        Assert.Equal(11_000, (await ReadAsync(new CallRecordFilter { Last = 11_000 }, statistics)).Count);
        Assert.Equal(0, statistics.Skipped);
        Assert.Equal(string.Concat(rows), await CsvAsync(new CallRecordFilter()));
    }

    [Fact]
    public async Task Csv_is_what_its_charset_says_and_tells_before_the_first_row_what_is_left_out()
    {
        File.WriteAllBytes(
            tree[Path],
            [.. Encoding.UTF8.GetBytes(Row(1, name: "M\u00FCller")), .. Encoding.Latin1.GetBytes(Row(2, name: "J\u00FCrg")), .. "x,y\n"u8]);
        var counted = new CallRecordStatistics();
        using var target = new MemoryStream();
        await Calls.WriteCsvAsync(new CallRecordFilter(), target, statistics =>
        {
            Assert.Equal(0, target.Length);
            counted = statistics;
        });
        Assert.Equal((2, 1), (counted.Matched, counted.Skipped));
        Assert.Equal(Row(1, name: "M\u00FCller") + Row(2, name: "J\u00FCrg"), new UTF8Encoding(false, true).GetString(target.ToArray()));
    }

    [Theory]
    [InlineData("M\u00FCller Gro\u00DF", 1, "M\u00FCller Gro")]
    [InlineData("\u041F\u043E\u043B\u0435", 1, "\u041F\u043E\u043B")]
    [InlineData("Jos\u00E9", 1, "Jos")]
    [InlineData("\u5C71\u7530", 1, "\u5C71")]
    [InlineData("\u5C71\u7530", 2, "\u5C71")]
    [InlineData("Ann \U0001F600", 2, "Ann ")]
    [InlineData("Ann \U0001F600", 0, "Ann \U0001F600")]
    public async Task A_name_that_was_cut_in_mid_letter_keeps_its_whole_letters(string name, int missing, string kept)
    {
        var bytes = Encoding.UTF8.GetBytes(name)[..^missing];
        Assert.Equal(kept, WireText.Decode(bytes));
        var row = Encoding.UTF8.GetBytes(Row(1, name: "NAME"));
        var at = row.AsSpan().IndexOf("NAME1"u8);
        File.WriteAllBytes(tree[Path], [.. row[..at], .. bytes, .. row[(at + 5)..]]);
        Assert.Equal($"\"{kept}\" <401>", Assert.Single(await ReadAsync(new CallRecordFilter())).CallerId);
    }

    [Theory]
    [InlineData("B\u00E4ro Gr\u00FCn")]
    [InlineData("Ren\u00E9")]
    [InlineData("Gro\u00DF")]
    [InlineData("\u00D6zg\u00FCr")]
    public void Text_of_older_telephones_is_read_as_what_it_is(string name) =>
        Assert.Equal(name, WireText.Decode(Encoding.Latin1.GetBytes(name)));
}
