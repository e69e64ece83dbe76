using System.Text.Json.Nodes;
using SarkPS.Rules;

namespace SarkPS.Tests.Rules;

/// <summary>What Laravel 7 says of the same values; https://laravel.com/docs/7.x/validation.</summary>
public sealed class RuleSetTests
{
    private static readonly Reference Tenants = new("Cluster", "pkey", "Tenant");

    public static TheoryData<string, Rule, object?, bool> Verdicts => new()
    {
        { "integer", Rule.Integer, 12L, true },
        { "integer", Rule.Integer, "12", true },
        { "integer", Rule.Integer, "-12", true },
        { "integer", Rule.Integer, "+12", true },
        { "integer", Rule.Integer, "007", false },
        { "integer", Rule.Integer, "1.0", false },
        { "integer", Rule.Integer, 1.5, false },
        { "integer", Rule.Integer, 3.0, true },
        { "integer", Rule.Integer, "1e3", false },
        { "integer", Rule.Integer, "9223372036854775807", true },
        { "integer", Rule.Integer, "9223372036854775808", false },
        { "integer", Rule.Integer, "", true },
        { "integer", Rule.Integer, true, true },
        { "integer", Rule.Integer, false, false },
        { "numeric", Rule.Numeric, "007", true },
        { "numeric", Rule.Numeric, "1.5", true },
        { "numeric", Rule.Numeric, ".5", true },
        { "numeric", Rule.Numeric, "1e3", true },
        { "numeric", Rule.Numeric, "0x1A", false },
        { "numeric", Rule.Numeric, "12x", false },
        { "numeric", Rule.Numeric, true, false },
        { "string", Rule.String, "abc", true },
        { "string", Rule.String, 12L, false },
        { "string", Rule.String, true, false },
        { "alpha", Rule.Alpha, "Zoë", true },
        { "alpha", Rule.Alpha, "a1", false },
        { "alpha", Rule.Alpha, 12L, false },
        { "alpha_num", Rule.AlphaNum, "abc123", true },
        { "alpha_num", Rule.AlphaNum, 12L, true },
        { "alpha_num", Rule.AlphaNum, "a b", false },
        { "alpha_num", Rule.AlphaNum, "a-b", false },
        { "alpha_dash", Rule.AlphaDash, "a-b_c1", true },
        { "alpha_dash", Rule.AlphaDash, "a.b", false },
        { "boolean", Rule.Boolean, true, true },
        { "boolean", Rule.Boolean, 0L, true },
        { "boolean", Rule.Boolean, "1", true },
        { "boolean", Rule.Boolean, "true", false },
        { "boolean", Rule.Boolean, 2L, false },
        { "email", Rule.Email, "ops@example.com", true },
        { "email", Rule.Email, "root@localhost", true },
        { "email", Rule.Email, "two@at@example.com", false },
        { "email", Rule.Email, "a b@example.com", false },
        { "email", Rule.Email, "@example.com", false },
        { "ip", Rule.Ip, "192.0.2.1", true },
        { "ip", Rule.Ip, "2001:db8::1", true },
        { "ip", Rule.Ip, "10.1", false },
        { "ip", Rule.Ip, "256.0.0.1", false },
        { "ip", Rule.Ip, "fe80::1%eth0", false },
        { "in", Rule.In("YES", "NO"), "YES", true },
        { "in", Rule.In("YES", "NO"), "yes", false },
        { "in", Rule.In("YES", "NO"), true, false },
        { "in", Rule.In("1", "2"), 1L, true },
        { "in", Rule.In("1", "2"), "01", true },
        { "in", Rule.In("1", "2"), "1.0", true },
        { "in", Rule.In("1", "2"), true, true },
        { "in", Rule.In("*", "1"), new JsonArray("*"), false },
        { "digits:3", Rule.Digits(3), "012", true },
        { "digits:3", Rule.Digits(3), 123L, true },
        { "digits:3", Rule.Digits(3), "12", false },
        { "digits:3", Rule.Digits(3), "12a", false },
        { "regex", Rule.Regex("^[0-9a-f]{4}$", "four"), "00ff", true },
        { "regex", Rule.Regex("^[0-9a-f]{4}$", "four"), "00fg", false },
        { "regex", Rule.Regex("^1[0-9]$", "ten and more"), 12L, true },
        { "min:3", Rule.Min(3), "abc", true },
        { "min:3", Rule.Min(3), "ab", false },
        { "max:3", Rule.Max(3), "abc", true },
        { "max:3", Rule.Max(3), "abcd", false },
        { "size:2", Rule.ExactSize(2), "GB", true },
        { "size:2", Rule.ExactSize(2), "G", false },
        { "size:2", Rule.ExactSize(2), "ÄÖ", true },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void A_rule_passes_what_Laravel_passes(string text, Rule rule, object? value, bool passes)
    {
        Assert.StartsWith(text, rule.Text, StringComparison.Ordinal);
        Assert.Equal(passes, Judge(new RuleSet(rule), value).Count == 0);
    }

    public static TheoryData<Rule, object, string> Messages => new()
    {
        { Rule.Integer, "x", "The a must be an integer." },
        { Rule.Numeric, "x", "The a must be a number." },
        { Rule.String, 1L, "The a must be a string." },
        { Rule.Alpha, "1", "The a may only contain letters." },
        { Rule.AlphaNum, "!", "The a may only contain letters and numbers." },
        { Rule.AlphaDash, "!", "The a may only contain letters, numbers, dashes and underscores." },
        { Rule.Boolean, "x", "The a field must be true or false." },
        { Rule.Email, "x", "The a must be a valid email address." },
        { Rule.Ip, "x", "The a must be a valid IP address." },
        { Rule.In("b"), "x", "The selected a is invalid." },
        { Rule.Exists(Tenants), "x", "The selected a is invalid." },
        { Rule.Digits(3), "x", "The a must be 3 digits." },
        { Rule.Regex("^b$", "b"), "x", "The a format is invalid." },
        { Rule.Min(3), "x", "The a must be at least 3 characters." },
        { Rule.Max(3), "wxyz", "The a may not be greater than 3 characters." },
        { Rule.ExactSize(2), "x", "The a must be 2 characters." },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_refusal_reads_as_Laravel_s(Rule rule, object value, string message) =>
        Assert.Equal([message], Judge(new RuleSet(rule), value));

    [Fact]
    public void Sizes_of_numbers_are_amounts()
    {
        var rules = new RuleSet(Rule.Integer, Rule.Min(1000), Rule.Max(9999));
        Assert.Empty(Judge(rules, "1000"));
        Assert.Empty(Judge(rules, 9999L));
        Assert.Equal(["The a must be at least 1000."], Judge(rules, "999"));
        Assert.Equal(["The a may not be greater than 9999."], Judge(rules, "10000"));
        Assert.Equal(["The a must be an integer.", "The a must be at least 1000."], Judge(rules, "x"));
    }

    [Fact]
    public void Every_broken_rule_is_told_in_order()
    {
        Assert.Equal(
            ["The selected a is invalid.", "The a must be an integer.", "The a must be at least 3."],
            Judge(new RuleSet(Rule.In("5"), Rule.Integer, Rule.Min(3)), "x"));
    }

    [Fact]
    public void Nothing_more_is_said_of_what_is_required_and_missing()
    {
        var rules = new RuleSet(Rule.Required, Rule.Integer, Rule.Min(3));
        Assert.Equal(["The a field is required."], rules.Judge("a", isSent: false, null, Exists));
        Assert.Equal(["The a field is required."], Judge(rules, null));
        Assert.Equal(["The a field is required."], Judge(rules, "  "));
        Assert.Equal(["The a field is required."], Judge(rules, new JsonArray()));
        Assert.Empty(Judge(rules, 3L));
    }

    [Fact]
    public void Null_passes_only_where_it_may_and_absence_always()
    {
        Assert.Empty(Judge(new RuleSet(Rule.String, Rule.Nullable), null));
        Assert.Empty(Judge(new RuleSet(Rule.Nullable, Rule.Integer), null));
        Assert.Equal(["The a must be a string."], Judge(new RuleSet(Rule.String), null));
        Assert.Equal(["The selected a is invalid."], Judge(new RuleSet(Rule.In("x")), null));
        Assert.Empty(new RuleSet(Rule.String).Judge("a", isSent: false, null, Exists));
    }

    [Fact]
    public void The_database_is_asked_only_about_values_that_passed_so_far()
    {
        var asked = new List<object?>();
        var rules = new RuleSet(Rule.Integer, Rule.Exists(Tenants));
        bool Ask(Reference reference, object? value)
        {
            asked.Add(value);
            return false;
        }

        Assert.Equal(["The a must be an integer."], rules.Judge("a", true, "x", Ask));
        Assert.Empty(asked);
        Assert.Equal(["The selected a is invalid."], rules.Judge("a", true, "5", Ask));
        Assert.Equal(["5"], asked);
    }

    [Fact]
    public void A_pattern_that_a_text_keeps_busy_is_not_matched()
    {
        var rules = new RuleSet(Rule.Regex("^(a+)+$", "letters a"));
        Assert.Equal(["The a format is invalid."], Judge(rules, new string('a', 60) + "!"));
    }

    [Theory]
    [InlineData("cluster", "cluster")]
    [InlineData("ABSTIMEOUT", "a b s t i m e o u t")]
    [InlineData("z_updater", "z updater")]
    [InlineData("IPphone_pkey", "i pphone pkey")]
    [InlineData("COS_pkey", "c o s pkey")]
    [InlineData("queue1", "queue1")]
    public void Names_are_spelled_as_Laravel_spells_them(string column, string spelled) => Assert.Equal(spelled, RuleSet.Spell(column));

    private static IReadOnlyList<string> Judge(RuleSet rules, object? value) => rules.Judge("a", isSent: true, value, Exists);

    private static bool Exists(Reference reference, object? value) => value is "known";
}
