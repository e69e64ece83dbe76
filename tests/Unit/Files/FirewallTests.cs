using System.Diagnostics;

namespace SarkPS.Tests.Files;

public sealed class FirewallTests : IDisposable
{
    private const string RealShorewall = "/usr/sbin/shorewall";
    private readonly PbxTree tree = new();

    public FirewallTests()
    {
        foreach (var (folder, type, configuration, rules) in new[] {
            ("/etc/shorewall", "ipv4", "shorewall.conf", "sark_rules"),
            ("/etc/shorewall6", "ipv6", "shorewall6.conf", "sark_rules6") })
        {
            tree.Write($"{folder}/{configuration}", "STARTUP_ENABLED=Yes\n");
            tree.Write($"{folder}/zones", $"fw firewall\nnet {type}\n");
            tree.Write($"{folder}/interfaces", "net eth0\n");
            tree.Write($"{folder}/policy", "$FW net ACCEPT\nnet all DROP\nall all REJECT\n");
            tree.Write($"{folder}/rules", $"?SECTION NEW\nINCLUDE {rules}\n");
            tree.Write($"{folder}/{rules}", "ACCEPT net $FW tcp 22 # SSH\n");
        }
    }

    private IFirewallOperations Firewall => tree.Operations.Firewall;

    private string Live => File.ReadAllText(tree["/etc/shorewall/sark_rules"]);

    public void Dispose() => tree.Dispose();

    private static readonly string[] Good = ["# who may call", "ACCEPT net $FW tcp 22 - - # SSH", "",
        "ACCEPT net:192.168.1.0/24 $FW udp 5060 - - 4/min:5 # SIP", "SSH(ACCEPT) net $FW", "DROP:info net:1.2.3.4,5.6.7.8 all"];

    [Fact]
    public async Task Rules_are_read_as_they_stand()
    {
        tree.Write("/etc/shorewall/sark_rules", "ACCEPT net $FW tcp 22\n \n# c\n");
        Assert.Equal(["ACCEPT net $FW tcp 22", " ", "# c"], (await Firewall.GetAsync(FirewallFamily.IPv4)).Rules);
        File.Delete(tree["/etc/shorewall/sark_rules"]);
        await Assert.ThrowsAsync<SarkUnavailableException>(() => Firewall.GetAsync(FirewallFamily.IPv4));
    }

    [Fact]
    public async Task Rules_that_the_check_accepts_replace_the_live_ones()
    {
        tree.Program("/sbin/shorewall", "cp \"$2\"/sark_rules " + tree["/checked"] + "; ls \"$2\" >> " + tree["/listed"]);
        await Firewall.SetAsync(FirewallFamily.IPv4, Good);
        Assert.Equal(string.Join("\n", Good) + "\n", Live);
        Assert.Equal(Live, File.ReadAllText(tree["/checked"]));
        // Without these two in the folder Shorewall would take the machine's own.
        Assert.Superset(new HashSet<string> { "params", "stoppedrules" }, File.ReadAllLines(tree["/listed"]).ToHashSet());
    }

    [Fact]
    public async Task Rules_that_the_check_refuses_leave_the_live_ones_and_its_lines_are_the_answer()
    {
        tree.Program(
            "/sbin/shorewall",
            "echo 'Compiling...'; echo \"   ERROR: Unknown ACTION (NONSENSE) $2/sark_rules (line 2)\" >&2; exit 1");
        var before = Live;
        var error = await Assert.ThrowsAsync<SarkValidationException>(
            () => Firewall.SetAsync(FirewallFamily.IPv4, ["ACCEPT net $FW tcp 22", "NONSENSE rule here"]));
        Assert.Equal(
            ["Compiling...", "   ERROR: Unknown ACTION (NONSENSE) /etc/shorewall/sark_rules (line 2)"],
            Assert.Single(error.Errors).Value);
        Assert.Equal(before, Live);
        Assert.Empty(Directory.GetFiles(tree["/etc/shorewall"], ".*"));
    }

    [Theory]
    [InlineData("SHELL touch /tmp/x")]
    [InlineData("?SHELL touch /tmp/x")]
    [InlineData("shell touch x")]
    [InlineData("BEGIN SHELL")]
    [InlineData("PERL system")]
    [InlineData("?PERL system(1);")]
    [InlineData("BEGIN PERL;")]
    [InlineData("INCLUDE /etc/shadow")]
    [InlineData("?INCLUDE /etc/shadow")]
    [InlineData("?IF $X")]
    [InlineData("?SET X `id`")]
    [InlineData("?COMMENT x")]
    [InlineData("ACCEPT net $FW tcp 22 ; -m x")]
    [InlineData("ACCEPT net $FW tcp 22 ;; -j DROP")]
    [InlineData("ACCEPT { source=net }")]
    [InlineData("ACCEPT net $FW tcp \\")]
    [InlineData("# comment \\")]
    [InlineData("ACCEPT net:`id` $FW")]
    [InlineData("ACCEPT net:$(id) $FW")]
    [InlineData("ACCEPT net:${FW} $FW")]
    [InlineData("ACCEPT net $FW tcp 22\nSHELL id")]
    [InlineData("ACCEPT net $FW\rSHELL id")]
    [InlineData("ACCEPT net:\"x\" $FW")]
    [InlineData("IPTABLES(-j DROP) net $FW")]
    [InlineData("INLINE(ACCEPT) net $FW")]
    [InlineData("ACCEPT")]
    [InlineData("ACCEPT n\u0435t $FW\u202E")]
    [InlineData("a b c d e f g h i j k l m n o p q")]
    public async Task A_line_that_is_no_rule_or_comment_never_reaches_Shorewall(string line)
    {
        tree.Program("/sbin/shorewall", "exit 0");
        var before = Live;
        await Assert.ThrowsAsync<SarkValidationException>(() => Firewall.SetAsync(FirewallFamily.IPv4, ["ACCEPT net $FW tcp 22", line]));
        await Assert.ThrowsAsync<SarkValidationException>(() => Firewall.TestAsync(FirewallFamily.IPv4, [line]));
        Assert.Empty(tree.Calls("/sbin/shorewall"));
        Assert.Equal(before, Live);
    }

    [Fact]
    public async Task A_restart_that_fails_brings_the_previous_rules_back()
    {
        tree.Program("/sbin/shorewall", "true");
        await Firewall.SetAsync(FirewallFamily.IPv4, Good);
        Assert.Equal("Shorewall restarted OK", (await Firewall.RestartAsync(FirewallFamily.IPv4)).Message);
        var working = Live;
        await Firewall.SetAsync(FirewallFamily.IPv4, ["DROP net $FW # breaks when it is started"]);
        tree.Program("/sbin/shorewall",
            $"[ \"$1\" = restart ] && grep -q breaks {tree["/etc/shorewall/sark_rules"]} && echo 'iptables-restore failed' >&2 && exit "
                + "2; exit 0");
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => Firewall.RestartAsync(FirewallFamily.IPv4));
        Assert.Contains("iptables-restore failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("previous rules are back", error.Message, StringComparison.Ordinal);
        Assert.Equal(working, Live);
        Assert.Equal(2, tree.Calls("/sbin/shorewall").TakeLast(2).Count(call => call.StartsWith("restart", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Rules_that_never_ran_are_given_up_for_those_that_were_there_before()
    {
        var original = Live;
        tree.Program("/sbin/shorewall", $"[ \"$1\" = restart ] && grep -q 5060 {tree["/etc/shorewall/sark_rules"]} && exit 2; exit 0");
        await Firewall.SetAsync(FirewallFamily.IPv4, Good);
        await Assert.ThrowsAsync<SarkUnavailableException>(() => Firewall.RestartAsync(FirewallFamily.IPv4));
        Assert.Equal(original, Live);
    }

    [Fact]
    public async Task Live_rules_that_the_check_refuses_are_not_restarted_with()
    {
        tree.Program("/sbin/shorewall", "[ \"$1\" = check ] && exit 1; exit 0");
        await Assert.ThrowsAsync<SarkValidationException>(() => Firewall.RestartAsync(FirewallFamily.IPv4));
        Assert.DoesNotContain(tree.Calls("/sbin/shorewall"), call => call.StartsWith("restart", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_machine_without_Shorewall_says_so()
    {
        Assert.Equal(
            SarkErrorKind.Unsupported,
            (await Assert.ThrowsAsync<SarkException>(() => Firewall.SetAsync(FirewallFamily.IPv4, Good))).Kind);
        File.Delete(tree["/etc/shorewall6/zones"]);
        Assert.Contains(
            "zones",
            (await Assert.ThrowsAsync<SarkUnavailableException>(() => Firewall.TestAsync(FirewallFamily.IPv6))).Message,
            StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(FirewallFamily.IPv4)]
    [InlineData(FirewallFamily.IPv6)]
    public async Task The_real_Shorewall_judges(FirewallFamily family)
    {
        Skip.IfNot(
            File.Exists(RealShorewall) && File.Exists("/usr/sbin/shorewall6"),
            "Shorewall is not installed; see tests/shorewall/install.sh");
        Skip.If(Environment.UserName != "root", "shorewall check needs root");
        tree.Options.Commands.Shorewall = RealShorewall;
        tree.Options.Commands.Shorewall6 = "/usr/sbin/shorewall6";
        var (file, good) = family == FirewallFamily.IPv4 ? ("/etc/shorewall/sark_rules", Good)
            : ("/etc/shorewall6/sark_rules6",
                ["ACCEPT net:[fe80::/10] $FW tcp 22 - - # SSH from LLA", "ACCEPT net:[fd00::/8] $FW udp 10000:20000"]);
        var sane = await Firewall.TestAsync(family);
        Skip.If(!sane.Valid && sane.Output.Any(
            line => line.Contains("iptables", StringComparison.Ordinal) || line.Contains(
                "capabilities",
                StringComparison.OrdinalIgnoreCase)), $"Shorewall can not work on this kernel: {string.Join(" / ", sane.Output)}");
        Assert.True(sane.Valid, string.Join("\n", sane.Output));
        var set = await Firewall.SetAsync(family, good);
        Assert.Contains(set.Output, line => line.Contains("Shorewall6 configuration verified", StringComparison.Ordinal)
            || line.Contains("Shorewall configuration verified", StringComparison.Ordinal));
        var live = File.ReadAllText(tree[file]);
        Assert.Equal(string.Join("\n", good) + "\n", live);

        var error = await Assert.ThrowsAsync<SarkValidationException>(() => Firewall.SetAsync(family, [.. good, "NONSENSE rule here"]));
        Assert.Contains(error.Errors[0].Value, line => line.Contains("Unknown ACTION (NONSENSE)", StringComparison.Ordinal)
            && line.Contains(Path.GetFileName(file), StringComparison.Ordinal));
        await Assert.ThrowsAsync<SarkValidationException>(() => Firewall.SetAsync(family, ["ACCEPT nowhere $FW tcp 22"]));
        Assert.Equal(live, File.ReadAllText(tree[file]));

        // An include with a full path is checked as the candidate all the same.
        var folder = Path.GetDirectoryName(file)!;
        tree.Write($"{folder}/rules", $"?SECTION NEW\nINCLUDE {file}\n");
        await Assert.ThrowsAsync<SarkValidationException>(() => Firewall.SetAsync(family, ["NONSENSE rule here"]));
        Assert.True((await Firewall.TestAsync(family, good)).Valid);
    }
}
