using System.Text.Json.Nodes;

namespace SarkPS.Tests.Conformance;

/// <summary>
/// What SARK's own pages write on create where sark6api leaves a column empty or writes what SARK cannot use: recorded rows
/// and answers as they would be with that. See docs/compatibility.md.
/// </summary>
internal static class Pages
{
    private const string OriginalStanza =
        "type=peer\ndefaultuser=$desc\nsecret=$password\nmailbox=$ext@$clst\nhost=dynamic\nqualify=yes\ncontext=internal\n"
            + "call-limit=3\ncallerid=\"$desc\" <$ext>\ncanreinvite=no\nsubscribecontext=$subtxt\nnamedcallgroup=$clst\n"
            + "namedpickupgroup=$clst\ndisallow=all \nallow=alaw\nallow=ulaw\nnat=$nat\ntransport=$transport\nencryption=$encryption";

    private const string Stanza =
        "type=friend\ncontext=internal\ndefaultuser=$desc\nsecret=$password\nmailbox=$ext@$clst\nhost=dynamic\nqualify=yes\n"
            + "call-limit=3\ncallerid=\"$desc\" <$ext>\nsubscribecontext=extensions\nnamedcallgroup=$clst\nnamedpickupgroup=$clst\n"
            + "disallow=all\nallow=alaw\nallow=ulaw\nnat=$nat\ntransport=$transport\n";

    private const string BrowserEnd =
        "encryption=yes\navpf=yes\nforce_avp=yes\nicesupport=yes\nrtcp_mux=yes\ndtlsenable=yes\ndtlsautogeneratecert=yes\n"
            + "dtlsverify=fingerprint\ndtlssetup=actpass";

    // The lines of a new telephone by its device, on the database that the recordings were made on.
    private static readonly Dictionary<string, string?> Lines = new()
    {
        ["Yealink"] = "#INCLUDE Yealink\n#INCLUDE yealink.udp\n#INCLUDE yealink.ipv4",
        ["snom"] = "#INCLUDE snom\n#INCLUDE snom.Fkey\n#INCLUDE snom.udp\n#INCLUDE snom.ipv4",
        ["Panasonic"] = "#INCLUDE Panasonic\n#INCLUDE panasonicHDV.Fkey\n#INCLUDE panasonic.udp\n#INCLUDE panasonic.ipv4",
        ["Polycom"] = "#INCLUDE Polycom",
        ["Cisco"] = "#INCLUDE Cisco\n#INCLUDE ciscoMP.Fkey\n</flat-profile>\n</device>",
        ["Gigaset"] = "#INCLUDE Gigaset",
        ["Aastra"] = "#INCLUDE Aastra",
        ["Grandstream"] = null,
    };

    /// <summary>A recorded new row of a table.</summary>
    public static JsonObject Row(string table, JsonObject row)
    {
        row = row.DeepClone().AsObject();
        switch (table)
        {
            case "IPphone":
                Assert.Equal(OriginalStanza, (string?)row["sipiaxfriend"]);
                row["sipiaxfriend"] = Stanza + ((string?)row["device"] == "WebRTC" ? BrowserEnd : "encryption=$encryption");
                row["dvrvmail"] = (string?)row["pkey"];
                Fill(row, "desc", "Ext" + (string?)row["pkey"]);
                SetLines(row);
                break;
            case "Cluster":
                Fill(row, "operator", "RINGALL");
                break;
            case "Route":
                foreach (var path in new[] { "path1", "path2", "path3", "path4" })
                {
                    Fill(row, path, "None");
                }

                break;
            default:
                break;
        }

        return row;
    }

    /// <summary>A recorded answer. What is stored beyond what the original stores is not told, but the lines of a telephone are.</summary>
    public static JsonNode? Answer(Step step)
    {
        var answer = step.Recording["response"]?.DeepClone();
        if (step is { Method: "POST", Status: 201 } && step.Path.EndsWith("/extensions/provisioned", StringComparison.Ordinal))
        {
            SetLines(answer!.AsObject());
        }

        return answer;
    }

    private static void SetLines(JsonObject row)
    {
        if (row["provision"] is not null && row["device"]?.ToString() is { } device && Lines.TryGetValue(device, out var lines))
        {
            row["provision"] = lines;
        }
    }

    private static void Fill(JsonObject row, string column, string value) =>
        row[column] = (string?)row[column] is { Length: > 0 } set ? set : value;
}
