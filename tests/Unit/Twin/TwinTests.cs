using SarkPS.Tests.Data;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Twin;

/// <summary>The twin of SARK's reading: what it says of rows is what SARK was seen to make of them.</summary>
public sealed class TwinTests
{
    private static readonly string[] Company =
    [
        "INSERT INTO Cluster(pkey, description) VALUES ('acme', 'Acme Ltd')",
        "INSERT INTO IPphone(pkey, cluster, desc, passwd, dvrvmail, location, technology, transport, sipiaxfriend) VALUES ('4001', "
            + "'acme', 'Reception', 's3cret', '4001', 'local', 'SIP', 'udp', "
            + "'type=friend\ndefaultuser=$desc\nsecret=$password\nmailbox=$ext@$clst\ncallerid=\"$desc\" <$ext>')",
        "INSERT INTO IPphone(pkey, cluster, desc, passwd, dvrvmail, location, technology, transport) VALUES ('4002', 'acme', "
            + "'Workshop', 's4cret', 'None', 'local', 'SIP', 'udp')",
        "INSERT INTO COS(pkey, dialplan) VALUES ('abroad', '_900. _901.')",
        "INSERT INTO IPphoneCOSopen(IPphone_pkey, COS_pkey) VALUES ('4001', 'abroad')",
        "INSERT INTO Appl(pkey, cluster, extcode, span) VALUES ('appone', 'acme', 'exten => s,1,Answer()', 'Neither')",
        "INSERT INTO Queue(pkey, cluster, conf) VALUES ('helpdesk', 'acme', 'strategy=ringall\nretry=5')",
        "INSERT INTO speed(pkey, cluster, out, grouptype) VALUES ('6001', 'acme', '4001 4002', 'Ring')",
        "INSERT INTO speed(pkey, cluster, out, grouptype) VALUES ('6002', 'acme', '6001 voip/0123', 'Ring')",
        "INSERT INTO lineIO(pkey, cluster, technology, peername, sipiaxpeer) VALUES ('voip', 'acme', 'SIP', 'voipuser', "
            + "'type=peer\nhost=192.0.2.1')",
        "INSERT INTO Route(pkey, cluster, dialplan, active) VALUES ('out', 'acme', '_9. _8.', 'YES')",
    ];

    [Fact]
    public void A_company_is_carried()
    {
        using var database = Start();
        Assert.Empty(TwinCheck.Faults(database.Path));
    }

    [Fact]
    public void What_a_row_becomes()
    {
        using var database = Start();
        using var connection = database.Connect();
        var said = new SarkReading(DatabaseContent.Read(connection), SarkVersion.V62).Written
            .SelectMany(l => l.Read.Select(m => $"{l.File} [{l.Section}] {m}"))
            .ToArray();
        foreach (var line in (string[])[
            "sip.conf [4001] caller | Reception | 4001",
            "sip.conf [4001] set | mailbox | 4001@acme",
            "sip.conf [voipuser] set | host | 192.0.2.1",
            "voicemail.conf [default] box | 4001 | 4001 | Reception | ",
            "queues.conf [helpdesk] set | retry | 5",
            "extensions.conf [abroad] exten | _901. | 1 | Playtones | congestion",
            "extensions.conf [4001opencos] set | include | abroad",
            "extensions.conf [acme] exten | _8. | 1 | agi | sarkhpe | OutRoute | out |  | ",
            "extensions.conf [internal-presets] exten | 6002 | 1 | agi | sarkhpe | Alias | "
                + "Local/4001@internal&Local/4002@internal&voip/0123 | ${EXTEN} | ",
            "extensions.conf [mainmenu] exten | voip | 1 | agi | sarkhpe | Inbound | voip |  | "])
        {
            Assert.Contains(line, said);
        }
    }

    [Theory]
    [InlineData("UPDATE Cluster SET description = 'O''Brien' WHERE pkey = 'acme'", "the reload loses every row")]
    [InlineData("UPDATE IPphone SET extalert = 'it''''s' WHERE pkey = '4001'", "extalert 'it''s' comes back as 'it's'")]
    [InlineData("UPDATE IPphone SET desc = 'Smith, John' WHERE pkey = '4001'", "voicemail.conf [default] 'box | 4001 | 4001 | Smith, John")]
    [InlineData("UPDATE IPphone SET desc = 'a;b' WHERE pkey = '4001'", "sip.conf [4001]")]
    [InlineData("UPDATE IPphone SET desc = 'say \"hi\"' WHERE pkey = '4001'", "sip.conf [4001] 'caller | say \"hi\" | 4001'")]
    [InlineData("UPDATE IPphone SET desc = 'a\nb=c' WHERE pkey = '4001'", "sip.conf [4001]")]
    [InlineData("UPDATE IPphone SET desc = 'cost $1' WHERE pkey = '4001'", "sip.conf [4001]")]
    [InlineData("UPDATE IPphone SET desc = 'my $password' WHERE pkey = '4001'", "is read as 'set | defaultuser | my s3cret'")]
    [InlineData("UPDATE IPphone SET passwd = 'x;y' WHERE pkey = '4001'", "'set | secret | x;y' is read as 'set | secret | x'")]
    [InlineData("UPDATE IPphone SET passwd = 'x\\\\y' WHERE pkey = '4001'", "'set | secret | x\\\\y'")]
    [InlineData("UPDATE IPphone SET passwd = ' x ' WHERE pkey = '4001'", "'set | secret |  x '")]
    [InlineData("UPDATE IPphone SET desc = hex(zeroblob(41)) WHERE pkey = '4001'", "desc is longer than 79 bytes")]
    [InlineData("UPDATE IPphone SET desc = 'bell' || char(7) WHERE pkey = '4001'", "a control character in sip.conf")]
    [InlineData("UPDATE IPphone SET sipiaxfriend = 'type=friend\n[4002]\nsecret=x' WHERE pkey = '4001'", "leaves its section")]
    [InlineData("UPDATE Cluster SET pkey = 'a c' WHERE pkey = 'acme'", "root's shell reads the name")]
    [InlineData("UPDATE Cluster SET pkey = 'internal' WHERE pkey = 'acme'", "[internal] of extensions.conf is SARK's or Asterisk's own")]
    [InlineData("UPDATE Cluster SET pkey = '4001' WHERE pkey = 'acme'", "the extension 4001 in [extensions] is taken")]
    [InlineData("UPDATE COS SET pkey = 'acme'", "[acme] of extensions.conf belongs to tenant 'acme' and to class of service 'acme'")]
    [InlineData("UPDATE Appl SET pkey = '4001opencos'", "[4001opencos] of extensions.conf belongs to")]
    [InlineData("UPDATE Appl SET pkey = 'a]b'", "'section | a]b'")]
    [InlineData("UPDATE Appl SET extcode = 'exten => s,1,Answer()\\'", "is read as")]
    [InlineData("UPDATE COS SET dialplan = '_9,1' WHERE pkey = 'abroad'", "'exten | _9,1 | 1")]
    [InlineData("DELETE FROM COS", "[4001opencos] includes abroad, which nothing makes")]
    [InlineData("UPDATE Queue SET pkey = 'general'", "[general] of queues.conf is SARK's or Asterisk's own")]
    [InlineData("UPDATE Queue SET conf = 'a=1\n[next]\nb=2'", "conf leaves its section")]
    [InlineData("UPDATE speed SET out = '4001 6002' WHERE pkey = '6001'", "the generator never ends on the groups 6001 > 6002 > 6001")]
    [InlineData("UPDATE speed SET out = '4001,4002' WHERE pkey = '6001'", "extensions.conf [internal-presets]")]
    [InlineData("UPDATE speed SET out = '4001&4002' WHERE pkey = '6001'", "a member that holds & is two")]
    [InlineData("UPDATE lineIO SET peername = '4001' WHERE pkey = 'voip'", "[4001] of sip.conf belongs to")]
    [InlineData("UPDATE lineIO SET pkey = 'vo,ip' WHERE pkey = 'voip'", "'exten | vo,ip | 1")]
    [InlineData("UPDATE lineIO SET technology = 'IAX2', sipiaxuser = 'type=user' WHERE pkey = 'voip'", "[] is no name of a section")]
    [InlineData("UPDATE lineIO SET register = 'a;b' WHERE pkey = 'voip'", "'set | register | a;b'")]
    [InlineData("UPDATE Route SET pkey = 'a,b' WHERE pkey = 'out'", "OutRoute")]
    [InlineData("UPDATE globals SET SYSPASS = 'a;b'", "'set | SYSPASS | a;b'")]
    public void What_SARK_cannot_carry_is_found(string change, string said)
    {
        using var database = Start();
        database.Twin.Except("rows that SARK cannot carry are what it is about");
        database.Execute(change);
        var faults = string.Join('\n', TwinCheck.Faults(database.Path));
        Assert.Contains(said, faults, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_that_leaves_such_a_row_fails()
    {
        var database = Start();
        database.Execute("UPDATE Cluster SET description = 'O''Brien' WHERE pkey = 'acme'");
        var error = Assert.ThrowsAny<Exception>(database.Dispose);
        Assert.Contains("description", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(database.Folder.Path));
    }

    // Seen with SARK's own timer script on 2026-11-30, a Monday, and the day after.
    [Theory]
    [InlineData("*-*|*|*|*", "")]
    [InlineData("*|mon|*|*", "")]
    [InlineData("*-*|mon|*|*", "30 08:59,30 09:00,30 09:01,30 17:00,30 18:00,30 22:30,30 23:59")]
    [InlineData("*-*|*|01|*", "01 00:00,01 05:00,01 08:00")]
    [InlineData("*-*|*|1|*", "01 00:00,01 05:00,01 08:00")]
    [InlineData("*-*|Mon|*|*", "")]
    [InlineData("*-*|tue|1|dec", "01 00:00,01 05:00,01 08:00")]
    [InlineData("18:00-08:00|*|*|*", "30 22:30,30 23:59,01 00:00,01 05:00")]
    [InlineData("18:00-08:00|mon|*|*", "30 22:30,30 23:59")]
    [InlineData("22:00-06:00|tue|*|*", "01 00:00,01 05:00")]
    [InlineData("09:00-17:00|*|*|nov", "30 09:01")]
    [InlineData("09:00-09:00|*|*|*", "")]
    [InlineData("00:00-23:59|*|*|*", "30 08:59,30 09:00,30 09:01,30 17:00,30 18:00,30 22:30,01 05:00,01 08:00")]
    [InlineData("09:00-24:00|*|*|*", "30 09:01,30 17:00,30 18:00,30 22:30,30 23:59")]
    [InlineData("9:00-17:00|*|*|*", "")]
    public void A_timer_closes_when_SARKs_own_script_does(string timer, string closed)
    {
        var parts = timer.Split('|');
        var row = new Dictionary<string, object?>
        {
            ["timespan"] = parts[0],
            ["dayofweek"] = parts[1],
            ["datemonth"] = parts[2],
            ["month"] = parts[3]
        };
        string[] minutes =
            ["30 08:59", "30 09:00", "30 09:01", "30 17:00", "30 18:00", "30 22:30", "30 23:59", "01 00:00", "01 05:00", "01 08:00"];
        Assert.Equal(closed, string.Join(',', minutes.Where(m => TimerTwin.RowCloses(
            row,
            DateTime.Parse($"2026-{(m[0] == '3' ? 11 : 12)}-{m}", System.Globalization.CultureInfo.InvariantCulture)))));
    }

    private static TemporaryDatabase Start()
    {
        var database = new TemporaryDatabase();
        Array.ForEach(Company, database.Execute);
        return database;
    }
}
