using System.Management.Automation;
using System.Text;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Import-SarkCsv and Export-SarkCsv in the real engine.</summary>
public sealed class CsvTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Engine engine;

    public CsvTests() => engine = new Engine(folder.Path);

    public void Dispose()
    {
        engine.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Quotes_delimiters_and_line_breaks_come_back_as_they_were()
    {
        var (_, errors) = Run("""
            $rows = [pscustomobject]@{ Key = '1'; Text = "a,b" }, [pscustomobject]@{ Key = '2'; Text = "say ""hi""`r`nand`ngo" },
                [pscustomobject]@{ Key = '3'; Text = ' spaced ' }, [pscustomobject]@{ Key = 'é'; Text = '☎' }
            $rows | Export-SarkCsv a.csv
            """);
        Assert.Empty(errors);
        var (rows, _) = Run("Import-SarkCsv a.csv");
        Assert.Equal(["a,b", "say \"hi\"\r\nand\ngo", " spaced ", "☎"], rows.Select(r => (string)r.Properties["Text"].Value));
        Assert.Equal(["1", "2", "3", "é"], rows.Select(r => (string)r.Properties["Key"].Value));
    }

    [Theory]
    [InlineData("sep=;\r\nKey;Text\r\n1;a, b\r\n", "")]
    [InlineData("sep=;\nKey;Text\n1;a, b\n", "")]
    [InlineData("sep=|\r\nKey\tText\r\n1\ta, b\r\n", "-Delimiter \"`t\"")]
    public void The_line_that_spreadsheets_write_above_the_headings_tells_the_delimiter(string content, string arguments)
    {
        File.WriteAllText(folder["a.csv"], content);
        var row = Assert.Single(Run($"Import-SarkCsv a.csv {arguments}").Rows);
        Assert.Equal(["Key", "Text"], row.Properties.Select(p => p.Name));
        Assert.Equal("a, b", row.Properties["Text"].Value);
    }

    [Fact]
    public void Nothing_and_an_empty_text_can_be_told_apart()
    {
        Run("[pscustomobject]@{ A = $null; B = ''; C = 'x' } | Export-SarkCsv a.csv");
        Assert.Equal("A,B,C\r\n,\"\",x\r\n", File.ReadAllText(folder["a.csv"]));

        var row = Assert.Single(Run("Import-SarkCsv a.csv -EmptyAsNull").Rows);
        Assert.Null(row.Properties["A"].Value);
        Assert.Equal("", row.Properties["B"].Value);

        row = Assert.Single(Run("Import-SarkCsv a.csv").Rows);
        Assert.Equal("", row.Properties["A"].Value);
    }

    [Fact]
    public void Values_are_written_the_same_in_every_region()
    {
        Run("""
            [Threading.Thread]::CurrentThread.CurrentCulture = [cultureinfo]::InvariantCulture.Clone()
            [Threading.Thread]::CurrentThread.CurrentCulture.NumberFormat.NumberDecimalSeparator = ','
            [pscustomobject]@{ N = 1.5; B = $true; T = [datetimeoffset]::new(2026, 1, 2, 3, 4, 5, [timespan]::FromHours(2)); L = 1, 2 } | Export-SarkCsv a.csv
            """);
        Assert.Equal("N,B,T\r\n1.5,True,2026-01-02T03:04:05.0000000+02:00\r\n", File.ReadAllText(folder["a.csv"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_byte_order_mark_is_written_when_asked_for_and_never_read_as_text(bool mark)
    {
        Run($"[pscustomobject]@{{ Key = 'a' }} | Export-SarkCsv a.csv -ByteOrderMark:${mark}");
        Assert.Equal(mark, File.ReadAllBytes(folder["a.csv"]).AsSpan().StartsWith(Encoding.UTF8.Preamble));
        Assert.Equal("a", Assert.Single(Run("Import-SarkCsv a.csv").Rows).Properties["Key"].Value);
    }

    [Fact]
    public void Other_people_s_files_are_read_too()
    {
        folder.Write("unix.csv", "#TYPE Selected.Something\nKey;Text\n\n1;a\n2;\"b;c\"\n3");
        var (rows, errors) = Run("Import-SarkCsv unix.csv -Delimiter ';'");
        Assert.Empty(errors);
        Assert.Equal(["a", "b;c", null], rows.Select(r => (string?)r.Properties["Text"].Value));

        folder.Write("bare.csv", "1,a\r2,b\r");
        (rows, _) = Run("Import-SarkCsv bare.csv -Header Key, Text");
        Assert.Equal(["a", "b"], rows.Select(r => (string)r.Properties["Text"].Value));
    }

    [Fact]
    public void Wildcards_and_the_pipeline_give_the_rows_of_all_files()
    {
        folder.Write("a1.csv", "Key\na\n");
        folder.Write("a2.csv", "Key\nb\n");
        Assert.Equal(["a", "b"], Run("Import-SarkCsv a?.csv").Rows.Select(r => r.Properties["Key"].Value));
        Assert.Equal(["b", "a"], Run("'a2.csv', 'a1.csv' | Import-SarkCsv").Rows.Select(r => r.Properties["Key"].Value));

        folder.Write("b[1].csv", "Key\nc\n");
        Assert.Equal(["c"], Run("Import-SarkCsv -LiteralPath 'b[1].csv'").Rows.Select(r => r.Properties["Key"].Value));
    }

    [Theory]
    [InlineData("Key\n\"open\n", "line 2")]
    [InlineData("Key\n\"a\"b\n", "line 2")]
    [InlineData("A,B\n1,2\n3,4,5\n", "line 3")]
    [InlineData("A,A\n1,2\n", "'A'")]
    [InlineData("A,,B\n1,2,3\n", "no name")]
    public void A_file_that_is_not_CSV_is_an_error_that_says_where(string text, string where)
    {
        var file = folder.Write("bad.csv", text);
        var error = Assert.Single(Run("Import-SarkCsv bad.csv").Errors);
        Assert.StartsWith("SarkCsvBadRequest,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.Equal(file, error.TargetObject);
        Assert.Contains(where, error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Key;Description\n1;a, b\n", "-Delimiter ';'")]
    [InlineData("Key\tDescription\n1\ta, b\n", "-Delimiter \"`t\"")]
    [InlineData("Key|Description\n1|a, b\n", "-Delimiter '|'")]
    public void A_file_with_another_delimiter_and_a_comma_in_a_cell_tells_what_to_say(string text, string hint)
    {
        File.WriteAllText(folder["a.csv"], text);
        var message = Assert.Single(Run("Import-SarkCsv a.csv").Errors).ToString();
        Assert.Contains("line 2: 2 fields, but there is only 1 column", message, StringComparison.Ordinal);
        Assert.EndsWith($"read it with {hint}.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_named_as_one()
    {
        Directory.CreateDirectory(folder["folder"]);
        foreach (var command in new[] { "Import-SarkCsv folder", "1 | Export-SarkCsv folder", "1 | Export-SarkCsv folder -WhatIf" })
        {
            var error = Failure(command);
            Assert.StartsWith("SarkCsvBadRequest", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("is a folder", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Export_promises_nothing_under_WhatIf_that_would_be_refused()
    {
        File.WriteAllText(folder["there.csv"], "x");
        Assert.StartsWith(
            "SarkCsvNotFound",
            Failure("[pscustomobject]@{ A = 1 } | Export-SarkCsv nosuch/a.csv -WhatIf").FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "SarkCsvConflict",
            Failure("[pscustomobject]@{ A = 1 } | Export-SarkCsv there.csv -NoClobber -WhatIf").FullyQualifiedErrorId,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_another_encoding_is_refused_rather_than_garbled()
    {
        File.WriteAllBytes(folder["latin.csv"], [.. "Key\nM"u8, 0xFC, .. "ller\n"u8]);
        var (rows, errors) = Run("Import-SarkCsv latin.csv");
        Assert.Empty(rows);
        Assert.StartsWith("SarkCsvBadRequest,", Assert.Single(errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1252")]
    [InlineData("windows-1252")]
    [InlineData("latin1")]
    public void A_file_in_another_encoding_is_read_when_it_is_named(string encoding)
    {
        File.WriteAllBytes(folder["latin.csv"], [.. "Key,Text\n1,M"u8, 0xFC, .. "ller\n"u8]);
        Assert.Equal("Müller", Assert.Single(Run($"Import-SarkCsv latin.csv -Encoding {encoding}").Rows).Properties["Text"].Value);
        File.WriteAllBytes(folder["wide.csv"], Encoding.Unicode.GetBytes("Key,Text\n1,Müller\n"));
        Assert.Equal("Müller", Assert.Single(Run("Import-SarkCsv wide.csv -Encoding unicode").Rows).Properties["Text"].Value);
    }

    [Fact]
    public void A_file_in_another_encoding_is_refused_whole_with_the_line_and_what_to_say()
    {
        File.WriteAllBytes(folder["latin.csv"],
            [.. Encoding.ASCII.GetBytes("Key,Text\n" + string.Concat(Enumerable.Range(0, 5000).Select(n => $"{n},x\n"))), .. "9,M"u8, 0xFC,
                .. "ller\n"u8]);
        var (rows, errors) = Run("Import-SarkCsv latin.csv");
        Assert.Empty(rows);
        Assert.Contains("line 5002", Assert.Single(errors).Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-Encoding 1252", errors[0].Exception.Message, StringComparison.Ordinal);

        File.WriteAllBytes(folder["wide.csv"], Encoding.Unicode.GetBytes("Key,Text\n1,x\n"));
        Assert.Contains(
            "-Encoding Unicode",
            Assert.Single(Run("Import-SarkCsv wide.csv").Errors).Exception.Message,
            StringComparison.Ordinal);
        folder.Write("lost.csv", "Key,Text\n1,M\uFFFDller\n");
        Assert.Contains("U+FFFD", Assert.Single(Run("Import-SarkCsv lost.csv").Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_blanks_around_it_is_the_name_and_a_file_may_be_called_like_a_pattern()
    {
        folder.Write("list [new].csv", "Key , Text\na,b\n");
        var row = Assert.Single(Run("Import-SarkCsv 'list [new].csv'").Rows);
        Assert.Equal(["Key", "Text"], row.Properties.Select(p => p.Name));
        folder.Write("twice.csv", "Key , Key\n1,2\n");
        Assert.Contains("'Key'", Assert.Single(Run("Import-SarkCsv twice.csv").Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_and_the_next_one_is_read()
    {
        folder.Write("a.csv", "Key\na\n");
        var (rows, errors) = Run("'nosuch.csv', 'nosuch*.csv', 'a.csv' | Import-SarkCsv");
        Assert.Equal("a", Assert.Single(rows).Properties["Key"].Value);
        Assert.All(errors, e => Assert.StartsWith("SarkCsvNotFound,", e.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Equal([folder["nosuch.csv"], "nosuch*.csv"], errors.Select(e => e.TargetObject));
    }

    [Fact]
    public void Export_keeps_an_existing_file_when_told_to_and_writes_nothing_under_WhatIf()
    {
        var file = folder.Write("a.csv", "mine");
        var caught = Run("try { [pscustomobject]@{ A = 1 } | Export-SarkCsv a.csv -NoClobber } catch { $_ }").Rows;
        Assert.StartsWith(
            "SarkCsvConflict,",
            ((ErrorRecord)Assert.Single(caught).BaseObject).FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Run("[pscustomobject]@{ A = 1 } | Export-SarkCsv a.csv -WhatIf");
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void No_objects_make_an_empty_file_which_has_no_rows()
    {
        Assert.Empty(Run("@() | Export-SarkCsv a.csv; Import-SarkCsv a.csv").Errors);
        Assert.Equal(0, new FileInfo(folder["a.csv"]).Length);
    }

    [Fact]
    public void Later_objects_fill_the_columns_of_the_first()
    {
        Run("[pscustomobject]@{ A = 1; B = 2 }, [pscustomobject]@{ B = 3; C = 4 } | Export-SarkCsv a.csv");
        Assert.Equal("A,B\r\n1,2\r\n,3\r\n", File.ReadAllText(folder["a.csv"]));
    }

    // Whether it ends the command or not.
    private ErrorRecord Failure(string script)
    {
        try
        {
            return Assert.Single(Run(script).Errors);
        }
        catch (RuntimeException error)
        {
            return error.ErrorRecord;
        }
    }

    private (IReadOnlyList<PSObject> Rows, IReadOnlyList<ErrorRecord> Errors) Run(string script)
    {
        var result = engine.Run(script);
        Assert.Null(result.End);
        return (result.Output, result.Errors);
    }
}
