using System.Text;
using SarkPS.Ami;

namespace SarkPS.Tests.Ami;

public sealed class AmiDecoderTests
{
    private const string Banner = "Asterisk Call Manager/5.0.4\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Messages_are_the_same_however_the_bytes_arrive(int piece)
    {
        var bytes = Encoding.Latin1
            .GetBytes(Banner + string.Concat(ReplayPeer.Load("sip").Concat(ReplayPeer.Load("channels")).Select(e => e.Answer)));

        var messages = Decode(bytes, piece);

        Assert.Equal(Decode(bytes, bytes.Length).Select(m => m.ToString()), messages.Select(m => m.ToString()));
        Assert.Equal("401", messages.First(m => m.Event == "PeerEntry")["ObjectName"]);
        Assert.Equal("OK (1 ms)"[..3], messages.First(m => m.Event == "PeerEntry")["Status"]![..3]);
    }

    [Fact]
    public void A_message_that_is_not_complete_stays_unread()
    {
        var decoder = new AmiDecoder();
        decoder.Append(Encoding.ASCII.GetBytes(Banner + "Response: Success\r\nActionID: 1\r\n"));

        Assert.False(decoder.TryRead(out _));
        decoder.Append("\r\n"u8);
        Assert.True(decoder.TryRead(out var message));
        Assert.Equal("Success", message.Response);
        Assert.Equal("Asterisk Call Manager/5.0.4", decoder.Banner);
    }

    [Fact]
    public void The_first_colon_splits_and_one_space_after_it_is_not_part_of_the_value()
    {
        var message = One("Event: X\r\nVal:  a: b:c\r\nNamed Callgroup: \r\nTight:x\r\n\r\n");

        Assert.Equal(" a: b:c", message["Val"]);
        Assert.Equal("", message["Named Callgroup"]);
        Assert.Equal("x", message["Tight"]);
    }

    [Fact]
    public void A_key_that_repeats_keeps_all_its_values()
    {
        var message = One("Event: X\r\nVariable: a=1\r\nVariable: b=2\r\nvariable: c=3\r\n\r\n");

        Assert.Equal(["a=1", "b=2", "c=3"], message.All("Variable"));
        Assert.Equal("a=1", message["Variable"]);
    }

    [Fact]
    public void Empty_blocks_and_a_bare_line_feed_inside_a_value_do_no_harm()
    {
        var messages = Decode(Encoding.ASCII.GetBytes(Banner + "\r\nResponse: Error\r\nMessage: Unable to retrieve endpoint "
            + "x\n\r\n\r\n\r\nResponse: Success\r\n\r\n"), 5);

        Assert.Equal(["Unable to retrieve endpoint x", null], messages.Select(m => m.Message));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_read_as_latin_1_and_the_rest_as_utf8()
    {
        var bytes = Encoding.ASCII.GetBytes(Banner + "Event: X\r\nA: ").Concat(Encoding.UTF8.GetBytes("Zoë"))
            .Concat(Encoding.ASCII.GetBytes("\r\nB: ")).Concat(Encoding.Latin1.GetBytes("Zoë")).Concat(Encoding.ASCII.GetBytes("\r\n\r\n"))
            .ToArray();

        var message = Assert.Single(Decode(bytes, 3));
        Assert.Equal("Zoë", message["A"]);
        Assert.Equal("Zoë", message["B"]);
    }

    [Fact]
    public void Output_of_a_console_command_is_read_in_the_form_of_version_14_and_later()
    {
        var message = One(
            "Response: Success\r\nActionID: 1\r\nMessage: Command output follows\r\nOutput: one: 1\r\nOutput: \r\nOutput: three\r\n\r\n");

        Assert.Equal(["one: 1", "", "three"], message.All("Output"));
    }

    [Theory]
    [InlineData("one: 1\n\nActionID: not me\nthree\n--END COMMAND--\r\n\r\n")]
    [InlineData("one: 1\n\nActionID: not me\nthree--END COMMAND--\r\n\r\n")]
    public void Output_of_a_console_command_is_read_in_the_form_of_version_13(string text)
    {
        var message = One("Response: Follows\r\nPrivilege: Command\r\nActionID: 1\r\n" + text);

        Assert.Equal(["one: 1", "", "ActionID: not me", "three"], message.All("Output"));
        Assert.Equal("1", message.ActionId);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "greet")]
    [InlineData("Asterisk Call Manager/5.0.4\r\nGarbage\r\n\r\n", "neither")]
    public void What_is_not_the_manager_interface_is_refused(string text, string reason)
    {
        var failure = Assert.Throws<FormatException>(() => Decode(Encoding.ASCII.GetBytes(text), 4));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_an_end_is_refused_before_it_fills_the_memory()
    {
        var decoder = new AmiDecoder();
        decoder.Append(Encoding.ASCII.GetBytes(Banner + "Event: "));
        var more = new byte[65536];
        Array.Fill(more, (byte)'x');

        var fed = 0;
        Action feed = () =>
        {
            while (fed < 10 * AmiDecoder.DefaultMaxLine)
            {
                decoder.Append(more);
                fed += more.Length;
                decoder.TryRead(out _);
            }
        };

        Assert.Throws<FormatException>(feed);
        Assert.InRange(fed, 0, 2 * AmiDecoder.DefaultMaxLine);
    }

    private static AmiMessage One(string text) => Assert.Single(Decode(Encoding.ASCII.GetBytes(Banner + text), 1));

    private static List<AmiMessage> Decode(byte[] bytes, int piece)
    {
        var decoder = new AmiDecoder();
        var messages = new List<AmiMessage>();
        for (var i = 0; i < bytes.Length; i += piece)
        {
            decoder.Append(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
            while (decoder.TryRead(out var message))
            {
                messages.Add(message);
            }
        }

        return messages;
    }
}
