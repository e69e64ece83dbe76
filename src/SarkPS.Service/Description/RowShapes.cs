using System.Globalization;
using System.Text.Json.Nodes;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Remote;
using SarkPS.Rules;

namespace SarkPS.Service.Description;

/// <summary>What rows look like on the wire, from the descriptor of their resource.</summary>
/// <param name="resource">The resource.</param>
internal sealed class RowShapes(ResourceDescriptor resource)
{
    private static readonly string StrictOnly =
        $"Taken with {WireHeaders.Prefer}: {WireHeaders.HandlingStrict} only, and ignored else, as sark6api ignores it.";

    private const int FirstNumber = 501;

    // What values look like where no rule says it, by property.
    private static readonly Dictionary<string, string> Usual = new()
    {
        ["DialPlan"] = "_01924XXXXXX",
        ["Host"] = "sip.example.com",
    };

    private IEnumerable<Column> Shown => resource.Columns.Where(c => c.Property is not null && !c.IsHidden);

    /// <summary>A row as it is stored.</summary>
    public Shape Row => new(
        _ => Schema(Shown, Answered, Shown.Where(c => c.Since is null), null),
        resource.Noun);

    /// <summary>A row of a list, which may have been asked for some of its fields only.</summary>
    public Shape Listed => new(
        _ => Schema(Shown, Answered, [], "Of a list that was asked for some fields it has those."),
        resource.Noun + "Listed");

    /// <summary>A row as the answer to its creation tells it.</summary>
    public Shape Created => new(
        _ => Schema(Shown, Answered, Shown.Where(IsKey), "This is what was sent of it, and what was filled in."),
        resource.Noun + "Created");

    /// <summary>A row as it is sent to change it.</summary>
    public Shape Update => new(
        _ => Schema(
            Shown.Where(c => c.IsWritable(isCreate: false, isStrict: true)),
            c => Sent(c, c.Rules, c.IsWritable(isCreate: false, isStrict: false)),
            [],
            "What is left out stays as it is."),
        resource.Noun + "Update");

    /// <summary>A row as it is sent to make it.</summary>
    public Shape Create(CreateKind? kind) => new(
        _ =>
        {
            var rules = CreateRules(kind);
            return Schema(
                Shown.Where(c => rules.ContainsKey(c) || c.IsWritable(isCreate: true, isStrict: true)),
                c => WithDefault(Sent(c, rules.GetValueOrDefault(c, c.CreateRules), rules.ContainsKey(c)), c, kind),
                rules.Where(r => r.Value.IsRequired).Select(r => r.Key),
                null);
        },
        resource.Noun + "Create" + kind?.Name);

    /// <summary>A body that makes a row, where SARK is as it was installed.</summary>
    public JsonObject CreateExample(CreateKind? kind) => new(CreateRules(kind)
        .Where(r => r.Value.IsRequired || r.Key == resource.TenantColumn || IsText(r.Key))
        .Select(r => KeyValuePair.Create(r.Key.Name, (JsonNode?)Example(r.Key, r.Value))));

    /// <summary>A body that changes a row.</summary>
    public JsonObject UpdateExample()
    {
        Column[] columns = [.. Shown.Where(c => c.IsWritable(isCreate: false, isStrict: false))];
        var changed = columns.FirstOrDefault(IsText) ?? columns.FirstOrDefault(c => c.Rules.AllowedValues.Count > 0)
            ?? columns.FirstOrDefault();
        return changed is null ? [] : new JsonObject { [changed.Name] = Example(changed, changed.Rules) };
    }

    private static bool IsText(Column column) => column.Property == "Description";

    private Dictionary<Column, RuleSet> CreateRules(CreateKind? kind) =>
        resource.RulesFor(kind, isCreate: true, isStrict: false).ToDictionary(r => r.Column, r => r.Rules);

    private JsonNode Example(Column column, RuleSet rules)
    {
        var text = rules.AllowedValues is [var word, ..] ? word
            // SARK comes with it.
            : column == resource.TenantColumn ? "default"
            : rules.Reference?.Noun is { } noun ? Key(SarkResources.All.First(r => r.Noun == noun))
            : column.IsHardwareAddress ? "001565a1b2c3"
            : column.Name == resource.KeyColumn ? Key(resource)
            : column.Destination is not null ? Destinations.Fixed.Keys.First()
            : rules.IsNumber ? "7001"
            : Usual.GetValueOrDefault(column.Property!, "Acme");
        return IsNumber(column) ? long.Parse(text, CultureInfo.InvariantCulture) : text;
    }

    // One that the rules allow. Numbers differ, since telephones, ring groups and agents are dialled alike.
    private static string Key(ResourceDescriptor named) => named.Find(named.KeyColumn) is { CreateRules: { TextPattern: not null } rules }
        ? (Math.Max(FirstNumber, rules.Bounds.Least ?? 0) + SarkResources.All.ToList().IndexOf(named))
            .ToString(CultureInfo.InvariantCulture)
        : named.Noun.ToLowerInvariant();

    private bool IsKey(Column column) => column.Name == resource.KeyColumn || column.Name == resource.SecondKeyColumn;

    // SARK keeps names in a column that was meant for numbers.
    private bool IsNumber(Column column) => EmbeddedDatabase.HoldsNumbers(resource.Table, column.Name)
        && (column.Type is ColumnType.Integer or ColumnType.Time || (resource.GeneratesKey && column.Name == resource.KeyColumn));

    private JsonObject Schema(
        IEnumerable<Column> columns,
        Func<Column, JsonObject> of,
        IEnumerable<Column> required,
        string? more)
    {
        var schema = new JsonObject
        {
            ["description"] = Sentences(Comments.OfType(resource.RecordType), more),
            ["type"] = "object",
            ["properties"] = new JsonObject(columns.Select(c => KeyValuePair.Create(c.Name, (JsonNode?)of(c)))),
        };
        string[] names = [.. required.Select(c => c.Name)];
        if (names.Length > 0)
        {
            schema["required"] = Shape.Texts(names);
        }

        return schema;
    }

    private JsonObject Answered(Column column)
    {
        var isCleared = IsNumber(column) && column.Access != Access.ReadOnly && (column.MayBeEmpty || column.Rules.IsNullable);
        var schema = Typed(column, !IsKey(column), isCleared ? "An empty text where it was cleared." : null);
        if (isCleared)
        {
            schema["type"] = new JsonArray("integer", "string", "null");
        }

        if (column.AllowedValues.Count > 0)
        {
            schema["examples"] = Words(column, column.AllowedValues);
        }

        return schema;
    }

    private JsonObject Sent(Column column, RuleSet rules, bool isWritable)
    {
        // A strict request may write what others may not, and take away what they may not.
        var isNull = rules.IsNullable || (!isWritable && column.MayBeEmpty);
        var schema = Typed(column, isNull, isWritable ? null : StrictOnly);
        if (column.Reads is not null || column.StrictRules is not null)
        {
            return schema;
        }

        if (rules.AllowedValues.Count > 0)
        {
            var words = Words(column, rules.AllowedValues.Union(column.AllowedValues));
            if (isNull)
            {
                words.Add(null);
            }

            schema["enum"] = words;
            return schema;
        }

        var (least, most) = rules.Bounds;
        if (IsNumber(column))
        {
            Set("minimum", least);
            Set("maximum", most);
            return schema;
        }

        if (rules.TextPattern is { } pattern)
        {
            schema["pattern"] = pattern;
        }

        if (rules.Rules.Contains(Rule.Email))
        {
            schema["format"] = "email";
        }

        Set("minLength", rules.CountsAmounts ? null : least);
        Set("maxLength", rules.CountsAmounts ? column.MaxLength : most ?? column.MaxLength);
        return schema;

        void Set(string member, long? limit)
        {
            if (limit is { } number)
            {
                schema[member] = number;
            }
        }
    }

    private JsonObject WithDefault(JsonObject schema, Column column, CreateKind? kind)
    {
        var own = kind?.Defaults.Where(d => d.Column == column.Name).Select(d => d.Value).FirstOrDefault();
        if ((own ?? (column.HasDefault ? column.Default : null)) is { } value)
        {
            var filled = Value(column, PhpValue.Text(value));
            if ((schema["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, filled)))
                || (column.Reference is not null && column != resource.TenantColumn))
            {
                // sark6api fills in what it does not take: None, where a row must be named. Clients send defaults.
                schema["description"] = Sentences((string?)schema["description"], $"Without it: {filled}.");
            }
            else
            {
                schema["default"] = filled;
            }
        }

        return schema;
    }

    private JsonObject Typed(Column column, bool isNull, string? more)
    {
        var isNumber = IsNumber(column);
        var type = isNumber ? "integer" : "string";
        var schema = new JsonObject
        {
            ["description"] = Sentences(Comments.Of(column.CommentId(resource.RecordType)), Allowed(column), column.Type switch
            {
                ColumnType.Integer when !isNumber => "A whole number as a text; a request may send it as a number.",
                ColumnType.Time when isNumber => "In seconds since 1970 in UTC; a request may send them as a text.",
                ColumnType.Time => "In UTC, as 2026-01-31 12:00:00.",
                _ => null,
            }, more),
            ["type"] = isNull ? new JsonArray(type, "null") : type,
        };
        if (isNumber)
        {
            schema["format"] = "int64";
        }

        return schema;
    }

    private static string? Allowed(Column column) => column.AllowedValues.Count == 0 && column.Allowed(null) is { } allowed
        ? $"{char.ToUpperInvariant(allowed[0])}{allowed[1..]}."
        : null;

    private JsonArray Words(Column column, IEnumerable<string> words) => [.. words.Select(w => Value(column, w))];

    private JsonNode Value(Column column, string text) =>
        IsNumber(column) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : text;

    private static string Sentences(params string?[] sentences) => string.Join(' ', sentences.OfType<string>());
}
