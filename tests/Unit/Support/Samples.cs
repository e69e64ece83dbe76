using System.Globalization;
using System.Text.Json.Nodes;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Tests.Support;

/// <summary>
/// Values that a column takes and values that it refuses, worked out from its rules, and the least that makes a row. Rows
/// that a value must name are made first.
/// </summary>
/// <param name="create">Makes a row that another one needs.</param>
internal sealed class Samples(Func<ResourceDescriptor, CreateKind?, Changes, Task<SarkRow>> create)
{
    /// <summary>What no rule tells: texts that fit a pattern, and texts that a hook refuses.</summary>
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["timespan"] = ["08:30-17:00", "09:00-12:30"],
        ["localdplan"] = ["_XXXXXX", "_9ZXX."],
        ["greetnum"] = ["usergreeting0012", "usergreeting4711"],
        ["greeting"] = ["usergreeting0012", "usergreeting4711"],
        ["localarea"] = ["01924", "30"],
        ["include"] = ["ALL", "default"],
        ["transform"] = ["01924:441924", "0:44 00:1"],
        ["out"] = ["01924566170 01924566171", "01924566172 01924566173"],
        ["macaddr"] = ["001565aabb01", "001565aabb02"],
        ["EURL"] = ["https://pbx.example.com/one", "http://pbx.example.org"],
        ["FQDN"] = ["pbx.example.com", "voice.example.org"],
        ["sipiaxfriend"] = ["type=friend\nsecret=$password", "type=friend\nsecret=$password\nqualify=yes"],
        ["host"] = ["192.0.2.10", "sip.example.com"],
        ["conf"] = ["strategy=ringall\ntimeout=20", "strategy=rrmemory"],
    };

    // What a row that others name must be beyond the least: a template of lamp keys.
    private static readonly Dictionary<string, (string Column, object Value)> ForReference = new(StringComparer.Ordinal)
    {
        [nameof(Template)] = ("technology", "BLF Template"),
    };

    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    /// <summary>The ways to make a row; null is the only one of most resources.</summary>
    public static IReadOnlyList<CreateKind?> Kinds(ResourceDescriptor resource)
    {
        IReadOnlyList<CreateKind?> one = [null];
        return resource.Kinds.Count > 0 ? resource.Kinds : one;
    }

    /// <summary>A key that the rules of a resource allow; each number gives another.</summary>
    public static string Key(ResourceDescriptor resource, int number) => resource.Noun switch
    {
        nameof(Agent) => (7000 + number).ToString(CultureInfo.InvariantCulture),
        nameof(Extension) or nameof(RingGroup) => ((resource.Noun == nameof(Extension) ? 4000 : 6000) + number).ToString(
            CultureInfo.InvariantCulture),
        nameof(InboundRoute) => $"0113496{number:0000}",
        _ => $"{resource.Noun.ToLowerInvariant()}{number}",
    };

    /// <summary>The least that makes a row.</summary>
    public async Task<Changes> LeastAsync(ResourceDescriptor resource, CreateKind? kind, int number)
    {
        var changes = new Changes();
        foreach (var (column, rules) in resource.RulesFor(kind, isCreate: true, isStrict: true))
        {
            if (rules.IsRequired)
            {
                changes[column.Name] = column.Name == resource.KeyColumn && resource.SecondKeyColumn is null
                    ? Key(resource, number)
                    : (await ValidAsync(column, rules))[0];
            }
        }

        if (kind is not null && changes.Has("macaddr"))
        {
            // Two telephones never share an address.
            changes["macaddr"] = $"001565bb{number:x4}";
        }

        return changes;
    }

    /// <summary>Two or more different values that pass.</summary>
    public async Task<IReadOnlyList<object?>> ValidAsync(Column column, RuleSet rules)
    {
        if (column.Names?.Form == NameForm.Destination)
        {
            return ["Hangup", "Operator"];
        }

        if (rules.Reference is { } reference)
        {
            var resource = SarkResources.Find(reference.Noun
                ?? throw new InvalidOperationException($"{column.Name} names rows of {reference.Table}, which is no resource."));
            return [await EnsureAsync(resource, 1), await EnsureAsync(resource, 2)];
        }

        if (rules.AllowedValues.Count > 0)
        {
            return [.. rules.AllowedValues];
        }

        if (rules.Hint is not null || column.Name is "host" or "include" or "conf" or "sipiaxfriend")
        {
            return Known.GetValueOrDefault(column.Name)
                ?? throw new InvalidOperationException($"{column.Name} has a pattern ({rules.Hint}): add samples of it.");
        }

        var names = rules.Rules.Select(r => r.Text).ToArray();
        if (column.Type == ColumnType.Time)
        {
            return [1893456000L, 1893542400L];
        }

        if (names.Contains("digits:3"))
        {
            return ["112", "999"];
        }

        if (names.Contains("size:2"))
        {
            return ["GB", "DE"];
        }

        if (names.Any(n => n is "integer" or "numeric"))
        {
            // A number as such, or its text where the column is one.
            return column.Type == ColumnType.Integer ? [1234L, 4321L] : ["1234", "4321"];
        }

        return names.Contains("email") ? ["ops@example.com", "noc@example.org"]
            : names.Contains("ip") ? ["192.0.2.1", "2001:db8::1"]
            : names.Contains("alpha") ? ["abc", "XyZ"]
            : ["sampleone", "sampletwo"];
    }

    /// <summary>Values that each break a rule.</summary>
    public static IEnumerable<object> Invalid(Column column, RuleSet rules)
    {
        var any = false;
        foreach (var rule in rules.Rules)
        {
            object? value = rule.Text.Split(':')[0] switch
            {
                "integer" or "numeric" => "12x",
                "in" => "no such word",
                "exists" => "no such key",
                "string" => 12L,
                "alpha" or "alpha_num" or "alpha_dash" => "not; valid!",
                "email" => "nobody at nowhere",
                "ip" => "300.1.2.3",
                "digits" => "12a",
                "regex" => "!?",
                "min" => (long.Parse(rule.Text.Split(':')[1], CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture),
                "max" => "100000",
                "size" => "ABCDE",
                "dialled" => "6.45E+02",
                "required" or "nullable" => null,
                _ => throw new InvalidOperationException($"What breaks {rule.Text} of {column.Name}?"),
            };
            if (value is not null)
            {
                any = true;
                yield return value;
            }
        }

        if (column.Names?.Form == NameForm.Destination)
        {
            any = true;
            yield return "no such place";
        }

        if (!any)
        {
            // No column holds a list.
            yield return new JsonArray(1, 2);
        }
    }

    /// <summary>The same in the tenant that the rows which others name belong to; a timer that does not say belongs to default.</summary>
    public async Task<Changes> WithTenantAsync(ResourceDescriptor resource, Changes sent)
    {
        if (resource.TenantColumn is { } tenant && !sent.Has(tenant.Name))
        {
            sent[tenant.Name] = await EnsureAsync(Tenant.Descriptor, 1);
        }

        return sent;
    }

    /// <summary>A row of a resource that others can name.</summary>
    /// <returns>Its key.</returns>
    public async Task<string> EnsureAsync(ResourceDescriptor resource, int number)
    {
        var key = Key(resource, number);
        if (made.Add($"{resource.Noun}/{key}"))
        {
            var kind = Kinds(resource)[0];
            var changes = await LeastAsync(resource, kind, number);
            if (ForReference.TryGetValue(resource.Noun, out var more))
            {
                changes[more.Column] = more.Value;
            }

            await create(resource, kind, changes);
        }

        return key;
    }
}
