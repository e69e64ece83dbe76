using System.Globalization;
using System.Text;

namespace SarkPS.Tests.Telephony;

/// <summary>A request or a response of SIP (RFC 3261), as far as a telephone in a test needs it.</summary>
internal sealed class SipMessage
{
    private readonly List<(string Name, string Value)> headers = [];

    public SipMessage(string startLine) => StartLine = startLine;

    /// <summary><c>INVITE sip:410@pbx SIP/2.0</c> or <c>SIP/2.0 200 OK</c>.</summary>
    public string StartLine { get; }

    /// <summary>The body, such as a description of media.</summary>
    public string Body { get; set; } = "";

    /// <summary>The status of a response; null of a request.</summary>
    public int? Status =>
        StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal) ? int.Parse(StartLine.AsSpan(8, 3), CultureInfo.InvariantCulture) : null;

    /// <summary>The method of a request; of a response that of the request that it answers.</summary>
    public string Method => Status is null ? StartLine.Split(' ')[0] : this["CSeq"]!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

    /// <summary>The first value of a header; null where there is none.</summary>
    public string? this[string name] =>
        headers.Where(h => string.Equals(h.Name, name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).FirstOrDefault();

    /// <summary>All values of a header, in their order.</summary>
    public IEnumerable<string> All(string name) =>
        headers.Where(h => string.Equals(h.Name, name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    public SipMessage With(string name, string? value)
    {
        if (value is not null)
        {
            headers.Add((name, value));
        }

        return this;
    }

    /// <summary>A response to this request.</summary>
    public SipMessage Answer(string status, string tag)
    {
        var answer = new SipMessage("SIP/2.0 " + status);
        foreach (var via in All("Via"))
        {
            answer.With("Via", via);
        }

        foreach (var route in All("Record-Route"))
        {
            answer.With("Record-Route", route);
        }

        var to = this["To"]!;
        return answer
            .With("From", this["From"])
            .With("To", to.Contains(";tag=", StringComparison.OrdinalIgnoreCase) ? to : $"{to};tag={tag}")
            .With("Call-ID", this["Call-ID"])
            .With("CSeq", this["CSeq"]);
    }

    public byte[] ToBytes()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        var head = new StringBuilder(StartLine).Append("\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];
    }

    public static SipMessage Parse(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = (end < 0 ? text : text[..end]).Split("\r\n");
        var message = new SipMessage(lines[0]) { Body = end < 0 ? "" : text[(end + 4)..] };
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                message.With(Long(line[..colon].Trim()), line[(colon + 1)..].Trim());
            }
        }

        return message;
    }

    // Compact forms. (RFC 3261, section 7.3.3; RFC 6665, section 8.2.1)
    private static string Long(string name) => name switch
    {
        "v" => "Via",
        "f" => "From",
        "t" => "To",
        "i" => "Call-ID",
        "m" => "Contact",
        "o" => "Event",
        "c" => "Content-Type",
        "l" => "Content-Length",
        _ => name,
    };
}
