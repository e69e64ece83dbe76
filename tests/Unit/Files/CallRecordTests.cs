using System.Text;

namespace SarkPS.Tests.Files;

public sealed class CallRecordTests : IDisposable
{
    private const string Path = "/var/log/asterisk/cdr-csv/Master.csv";
    private readonly PbxTree tree = new();

    private ICallRecordOperations Calls => tree.Operations.CallRecords;

    public void Dispose() => tree.Dispose();

    internal static string Row(int number, string disposition = "ANSWERED", int duration = 60, string start = "2026-01-01 10:00:00", string name = "Ext") =>
        $"\"\",\"{400 + number}\",\"402\",\"internal\",\"\"\"{name}{number}\"\" <{400 + number}>\",\"SIP/{400 + number}-00000001\",\"SIP/402-00000001\",\"Dial\",\"SIP/402,30\",\"{start}\",{(disposition == "ANSWERED" ? "\"2026-01-01 10:00:05\"" : "\"\"")},\"2026-01-01 10:01:00\",{duration},{Math.Max(0, duration - 5)},\"{disposition}\",\"DOCUMENTATION\",\"17000001.{number}\",\"\"\n";

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
        Assert.Equal(("401", "402", "internal", "\"Ext1\" <401>", "SIP/401-00000001"), (first.Source, first.Destination, first.Context, first.CallerId, first.Channel));
        Assert.Equal(new DateTime(2026, 1, 1, 10, 0, 0), first.Start);
        Assert.Equal(new DateTime(2026, 1, 1, 10, 0, 5), first.Answer);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(55), CallDisposition.Answered), (first.Duration, first.BillableDuration, first.Disposition));
        Assert.Equal(("DOCUMENTATION", "17000001.1", ""), (first.AmaFlags, first.UniqueId, first.UserField));
        Assert.Equal((null, CallDisposition.NoAnswer), (found[1].Answer, found[1].Disposition));
    }

    [Fact]
    public async Task Filters_narrow_and_the_last_come_in_the_order_of_the_file()
    {
        tree.Write(Path, string.Concat(Enumerable.Range(0, 3000).Select(i => Row(i % 50, i % 3 == 0 ? "BUSY" : "ANSWERED", i % 100, $"2026-{1 + i / 300:00}-01 10:{i / 60 % 60:00}:{i % 60:00}"))));
        Assert.Equal(3000, (await ReadAsync(new CallRecordFilter())).Count);
        Assert.Equal(60, (await ReadAsync(new CallRecordFilter { Source = "401" })).Count);
        Assert.Equal(600, (await ReadAsync(new CallRecordFilter { Source = "40?" })).Count);
        Assert.Equal(840, (await ReadAsync(new CallRecordFilter { Source = "*0*", Destination = "402" })).Count);
        Assert.Equal(1000, (await ReadAsync(new CallRecordFilter { Disposition = CallDisposition.Busy })).Count);
        Assert.Equal(300, (await ReadAsync(new CallRecordFilter { MinimumDuration = TimeSpan.FromSeconds(90) })).Count);
        Assert.Equal(300, (await ReadAsync(new CallRecordFilter { After = new DateTime(2026, 3, 1), Before = new DateTime(2026, 4, 1) })).Count);
        Assert.Equal(2400, (await ReadAsync(new CallRecordFilter { After = new DateTime(2026, 3, 1) })).Count);
        Assert.Empty(await ReadAsync(new CallRecordFilter { Source = "4010" }));
        Assert.Equal(["17000001.48", "17000001.49"], (await ReadAsync(new CallRecordFilter { Last = 2 })).Select(record => record.UniqueId));
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
        Assert.Equal(Enumerable.Range(0, 16_000).Select(i => $"{400 + i}"), (await ReadAsync(new CallRecordFilter())).Select(record => record.Source));
        Assert.Equal(Enumerable.Range(1000, 15_000).Select(i => $"{400 + i}"), (await ReadAsync(new CallRecordFilter { Last = 15_000 })).Select(record => record.Source));
        Assert.Equal(["15399"], (await ReadAsync(new CallRecordFilter { Source = "15399" })).Select(record => record.Source));
        Assert.Equal(string.Concat(rows), await CsvAsync(new CallRecordFilter()));
        Assert.Equal(string.Concat(rows[^100..]), await CsvAsync(new CallRecordFilter { Last = 100 }));
    }

    [Fact]
    public async Task Files_of_other_writers_are_read()
    {
        // Without quotes, with the columns that newer Asterisk adds, in Latin-1, with line ends of Windows.
        var line = Row(1).TrimEnd('\n').Replace("\"", "", StringComparison.Ordinal).Replace("Ext1", "J\u00FCrg", StringComparison.Ordinal).Replace("SIP/402,30", "SIP/402", StringComparison.Ordinal);
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
}
