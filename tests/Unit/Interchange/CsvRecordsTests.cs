using SarkPS.Data;

namespace SarkPS.Tests.Interchange;

/// <summary>CSV as RFC 4180 has it, with the line of each record.</summary>
public sealed class CsvRecordsTests
{
    [Theory]
    [InlineData("Key,D\r\n1,a\r\n\r\n2,\"x\r\ny\"\n3,\"\"\r\n4,\" \"\r\n", ',', "1:Key|D 2:1|a 4:2|x\r\ny 6:3| 7:4| ")]
    [InlineData("Key;D\n1;\"a;\"\"b\"\"\"\n2;c,d", ';', "1:Key|D 2:1|a;\"b\" 3:2|c,d")]
    [InlineData("Key\tD\r1\ta\r2\tb\r", '\t', "1:Key|D 2:1|a 3:2|b")]
    [InlineData("#a,b\n#1,2\n", ',', "1:#a|b 2:#1|2")]
    [InlineData("Key,D\n1\n2,3,4\n", ',', "1:Key|D 2:1 3:2|3|4")]
    [InlineData("Key,D\n1,5\" pipe\n", ',', "1:Key|D 2:1|5\" pipe")]
    [InlineData("", ',', "")]
    public void Records_and_their_lines_are_read(string text, char delimiter, string expected)
    {
        using var records = LocalBackend.ReadCsv(new StringReader(text), delimiter, 1);
        var read = new List<string>();
        while (records.Read() is { } record)
        {
            read.Add($"{records.Line}:{string.Join('|', record)}");
        }

        Assert.Equal(expected, string.Join(' ', read));
    }

    [Theory]
    [InlineData("Key,D\n1,\"a\"b\n", 2)]
    [InlineData("Key,D\n1,a\n2,\"b\n3,c\n", 3)]
    [InlineData("\"Key\"D,x\n", 1)]
    public void What_is_no_CSV_is_refused_with_its_line(string text, int line)
    {
        using var records = LocalBackend.ReadCsv(new StringReader(text), ',', 1);

        Assert.Throws<FormatException>(() =>
        {
            while (records.Read() is not null)
            {
            }
        });

        Assert.Equal(line, records.Line);
    }

    [Fact]
    public void A_long_cell_is_whole()
    {
        var lines = string.Join('\n', Enumerable.Range(0, 40_000).Select(i => $"line {i}"));
        using var records = LocalBackend.ReadCsv(new StringReader($"Key,D\n1,\"{lines}\"\n2,b\n"), ',', 1);

        records.Read();
        Assert.Equal(lines, records.Read()![1]);
        Assert.Equal("b", records.Read()![1]);
        Assert.Equal(40_002, records.Line);
    }

    [Theory]
    [InlineData("Key,Description\n1,a;b\n", ',', 1)]
    [InlineData("Key;Description\n1;a,b,c,d\n", ';', 1)]
    [InlineData("\"Key\";\"De,scrip,tion\"\n", ';', 1)]
    [InlineData("Key\tDescription\n", '\t', 1)]
    [InlineData("Key\n1\n", ',', 1)]
    [InlineData("sep=;\r\nKey;D\r\n", ';', 2)]
    [InlineData("#TYPE SarkPS.Extension\r\nKey,D\r\n", ',', 2)]
    public void The_delimiter_is_found(string content, char delimiter, int line)
    {
        var dialect = CsvDialect.Find(content, null);
        Assert.Equal((delimiter, line), (dialect.Delimiter, dialect.Line));
        Assert.StartsWith(line == 1 ? content[..3] : "Key", content[dialect.Start..], StringComparison.Ordinal);
        Assert.Equal('|', CsvDialect.Find(content, '|').Delimiter);
    }
}
