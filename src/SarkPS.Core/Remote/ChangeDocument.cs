using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Remote;

/// <summary>A change set as it is asked for.</summary>
/// <param name="Set">The set.</param>
/// <param name="IsRehearsal">Whether it is only planned.</param>
/// <param name="WantsRows">Whether the answer has the rows as they are stored since.</param>
public sealed record ChangeRequest(ChangeSet Set, bool IsRehearsal = false, bool WantsRows = false);

/// <summary>
/// Change sets and what became of them as JSON: on the wire, in files and between exchanges. The words are those of
/// <c>docs/changes.schema.json</c>; what is not among them is refused, so that no slip is passed over.
/// </summary>
public static class ChangeDocument
{
    private const string Noun = "ChangeSet";
    private const string KeyOfStep = "$key";
    private const string ResourceOfStep = "resource";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int DefaultEntries = 100;
    private const int MostEntries = 1000;

    private static readonly string[] SetMembers = ["dryRun", "atomic", "reason", "state", "rows", "steps"];

    private static readonly string[] StepMembers =
        ["id", "action", "resource", "kind", "key", "values", "ifMatch", "force", "allowOtherTenant"];

    /// <summary>The set that a document tells.</summary>
    /// <param name="body">The document.</param>
    /// <exception cref="SarkException">It tells none: <see cref="SarkErrorKind.BadRequest"/>, and the member is named.</exception>
    public static ChangeRequest ReadRequest(JsonNode? body)
    {
        if (body is not JsonObject document)
        {
            throw Unreadable("A change set is a JSON object with the member 'steps'.");
        }

        RequireKnown(document, SetMembers, "A change set");
        if (document["steps"] is not JsonArray array)
        {
            throw Unreadable("The member 'steps' of a change set is an array of steps.");
        }

        var steps = new List<ChangeStep>(array.Count);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            var step = ReadStep(array[i], $"Step {i.ToString(CultureInfo.InvariantCulture)}");
            if (step.Id is { } id && !ids.Add(id))
            {
                throw Unreadable($"Step {i} has the id '{SarkText.Printable(id)}', as a step before it has.");
            }

            steps.Add(step);
        }

        return new ChangeRequest(
            new ChangeSet(steps)
            {
                IsAtomic = Flag(document, "atomic", "A change set") ?? true,
                Reason = Text(document, "reason", "A change set"),
                State = Text(document, "state", "A change set"),
            },
            Flag(document, "dryRun", "A change set") ?? false,
            Flag(document, "rows", "A change set") ?? false);
    }

    /// <summary>A set as a document.</summary>
    public static JsonObject Write(ChangeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var document = new JsonObject { ["dryRun"] = request.IsRehearsal, ["atomic"] = request.Set.IsAtomic };
        Set(document, "reason", request.Set.Reason);
        Set(document, "state", request.Set.State);
        if (request.WantsRows)
        {
            document["rows"] = true;
        }

        document["steps"] = new JsonArray([.. request.Set.Steps.Select(Write)]);
        return document;
    }

    /// <summary>What became of a set, as a document.</summary>
    /// <param name="result">What became of it.</param>
    /// <param name="wantsRows">Whether the rows are told as they are stored since.</param>
    public static JsonObject Write(ChangeResult result, bool wantsRows)
    {
        ArgumentNullException.ThrowIfNull(result);
        var document = new JsonObject();
        Set(document, "changeSet", result.ChangeSet);
        document["applied"] = result.IsApplied;
        Set(document, "state", result.State);
        document["steps"] = new JsonArray([.. result.Steps.Select(s => Write(s, wantsRows))]);
        return document;
    }

    /// <summary>What became of a set, of a document that a service answered.</summary>
    /// <param name="body">The document.</param>
    /// <param name="set">The set that it is of.</param>
    /// <exception cref="SarkException">It is no such document.</exception>
    public static ChangeResult ReadResult(JsonNode? body, ChangeSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (body is not JsonObject document || document["steps"] is not JsonArray steps || steps.Count != set.Steps.Count)
        {
            throw new SarkUnavailableException("Service", null, "The service answered something else than what became of a change set.");
        }

        return new ChangeResult(
            (string?)document["changeSet"],
            (bool?)document["applied"] ?? false,
            [.. steps.Select((s, i) => ReadResult((JsonObject)s!, i, set.Steps[i]))])
        { State = (string?)document["state"] };
    }

    /// <summary>What became of a draft that was applied, as a document: which resources its steps were about is told too.</summary>
    public static JsonObject WriteDraft(ChangeResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var document = Write(result, wantsRows: false);
        foreach (var (step, told) in result.Steps.Zip((JsonArray)document["steps"]!))
        {
            told![ResourceOfStep] = step.Resource.Route;
        }

        return document;
    }

    /// <summary>What became of a draft, of a document that a service answered.</summary>
    /// <exception cref="SarkException">It is no such document.</exception>
    public static ChangeResult ReadDraft(JsonNode? body) => ReadResult(body, new ChangeSet(
    [
        .. (body?["steps"] as JsonArray ?? []).Select(s => new ChangeStep(
            ChangeAction.Update,
            SarkResources.OfRoute((string?)s?[ResourceOfStep]) ?? throw new SarkUnavailableException(
                "Service",
                null,
                "The service answered something else than what became of a draft."))),
    ]));

    /// <summary>A time as documents have it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>What a query asks for, as the names and values of an address.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Write(ChangeQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        (string Name, string? Value)[] parts =
        [
            ("from", query.From is { } from ? Time(from) : null),
            ("to", query.To is { } to ? Time(to) : null),
            ("actor", query.Actor),
            ("resource", query.Resource?.Route),
            ("key", query.Key),
            ("keyPattern", query.KeyPattern),
            ("set", query.ChangeSet),
            ("after", query.After?.ToString(CultureInfo.InvariantCulture)),
            ("before", query.Before?.ToString(CultureInfo.InvariantCulture)),
            ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)),
        ];
        return parts.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value!));
    }

    /// <summary>The names that a query has in an address.</summary>
    public static IReadOnlyList<string> QueryNames { get; } =
        ["from", "to", "actor", "resource", "key", "keyPattern", "set", "after", "before", "limit"];

    /// <summary>What the names and values of an address ask for.</summary>
    /// <param name="values">Gets the value of a name; null where it is not there.</param>
    /// <exception cref="SarkException">A value is none: <see cref="SarkErrorKind.BadRequest"/>.</exception>
    public static ChangeQuery ReadQuery(Func<string, string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new ChangeQuery
        {
            From = Time("from"),
            To = Time("to"),
            Actor = values("actor"),
            Resource = values("resource") is { } route
                ? SarkResources.OfRoute(route)
                    ?? throw Wrong("resource", route, string.Join(", ", SarkResources.All.Select(r => r.Route)))
                : null,
            Key = values("key"),
            KeyPattern = values("keyPattern"),
            ChangeSet = values("set"),
            After = Number("after", 0, long.MaxValue),
            Before = Number("before", 0, long.MaxValue),
            Limit = (int?)Number("limit", 1, MostEntries) ?? DefaultEntries,
        };

        DateTimeOffset? Time(string name) => values(name) switch
        {
            null => null,
            var text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
            var text => throw Wrong(name, text, "times as 2026-11-30T12:00:00Z"),
        };

        long? Number(string name, long least, long most) => values(name) switch
        {
            null => null,
            var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
                && number <= most => number,
            var text => throw Wrong(name, text, $"numbers from {least} to {most}"),
        };

        static SarkException Wrong(string name, string value, string allowed) => new(
            SarkErrorKind.BadRequest,
            "Change",
            value,
            $"The {name} '{SarkText.Printable(value)}' of the query is not understood; allowed are {allowed}.");
    }

    /// <summary>A part of the history as a document.</summary>
    public static JsonObject Write(ChangePage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var document = new JsonObject { ["changes"] = new JsonArray([.. page.Changes.Select(Write)]) };
        document["next"] = page.Next;
        return document;
    }

    /// <summary>A part of the history, of a document that a service answered.</summary>
    public static ChangePage ReadPage(JsonNode? body) => new(
        [.. (body?["changes"] as JsonArray ?? []).Select(c => ReadEntry((JsonObject)c!))],
        (long?)body?["next"]);

    /// <summary>What was undone, as a document.</summary>
    public static JsonObject Write(UndoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var document = new JsonObject();
        Set(document, "changeSet", result.ChangeSet);
        document["undoes"] = result.Undone;
        document["changes"] = new JsonArray([.. result.Changes.Select(Write)]);
        return document;
    }

    /// <summary>What was undone, of a document that a service answered.</summary>
    public static UndoResult ReadUndo(JsonNode? body) => new(
        (string?)body?["changeSet"],
        (string?)body?["undoes"] ?? "",
        ReadPage(body).Changes);

    /// <summary>A change of the history as a document.</summary>
    public static JsonObject Write(ChangeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var document = new JsonObject();
        if (entry.Sequence > 0)
        {
            document["seq"] = entry.Sequence;
        }

        Set(document, "changeSet", entry.ChangeSet);
        document["time"] = entry.Time is { } time ? Time(time) : null;
        document["cause"] = Word(entry.Cause);
        document["actor"] = entry.Actor;
        document["address"] = entry.Address;
        Set(document, "request", entry.Request);
        document["reason"] = entry.Reason;
        Set(document, "undoes", entry.Undoes);
        if (entry.IsBeforeRestore)
        {
            document["beforeRestore"] = true;
        }

        document["resource"] = entry.Resource;
        // A commit and a restore stand there without a row.
        var isRow = entry.Table.Length > 0;
        document["table"] = isRow ? entry.Table : null;
        document["key"] = isRow || entry.Key.Length > 0 ? entry.Key : null;
        document["action"] = Word(entry.Action);
        document["before"] = Row(entry.Before);
        document["after"] = Row(entry.After);
        return document;
    }

    /// <summary>A change of the history, of a document that a service answered.</summary>
    public static ChangeEntry ReadEntry(JsonObject document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new ChangeEntry
        {
            Sequence = (long?)document["seq"] ?? 0,
            ChangeSet = (string?)document["changeSet"],
            Time = (string?)document["time"] is { } time
                ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
                : null,
            Cause = Enum.TryParse<ChangeCause>((string?)document["cause"], ignoreCase: true, out var cause) ? cause : ChangeCause.Set,
            Actor = (string?)document["actor"],
            Address = (string?)document["address"],
            Request = (string?)document["request"],
            Reason = (string?)document["reason"],
            Undoes = (string?)document["undoes"],
            IsBeforeRestore = (bool?)document["beforeRestore"] ?? false,
            Resource = (string?)document["resource"],
            Table = (string?)document["table"] ?? "",
            Key = (string?)document["key"] ?? "",
            Action = Enum.TryParse<RowAction>((string?)document["action"], ignoreCase: true, out var action) ? action : RowAction.Updated,
            Before = Row(document["before"]),
            After = Row(document["after"]),
        };
    }

    private static ChangeStep ReadStep(JsonNode? node, string place)
    {
        if (node is not JsonObject step)
        {
            throw Unreadable($"{place} is no JSON object.");
        }

        RequireKnown(step, StepMembers, place);
        var word = Text(step, "action", place);
        if (!Enum.GetNames<ChangeAction>().Any(n => n.Equals(word, StringComparison.OrdinalIgnoreCase)))
        {
            throw Unreadable($"{place} has the action '{SarkText.Printable(word ?? "")}'; allowed are create, update, upsert and remove.");
        }

        var action = Enum.Parse<ChangeAction>(word!, ignoreCase: true);
        var route = Text(step, "resource", place);
        var resource = SarkResources.OfRoute(route)
            ?? throw Unreadable(
                $"{place} has the resource '{SarkText.Printable(route ?? "")}'; allowed are "
                    + $"{string.Join(", ", SarkResources.All.Select(r => r.Route))}.");
        if (step["values"] is not (null or JsonObject))
        {
            throw Unreadable($"{place}: 'values' is an object of columns and values.");
        }

        if (action == ChangeAction.Remove && step["values"] is JsonObject { Count: > 0 })
        {
            throw Unreadable($"{place} removes a row, and so has no 'values'.");
        }

        var (key, keyOf) = ReadKey(step["key"], resource, place);
        return new ChangeStep(action, resource)
        {
            Id = Text(step, "id", place),
            Kind = ReadKind(Text(step, "kind", place), action, resource, place),
            Key = key,
            KeyOf = keyOf,
            Values = Changes.FromJson(step["values"]),
            IfMatch = Text(step, "ifMatch", place),
            Options = new ChangeOptions(
                Force: Flag(step, "force", place) ?? false,
                AllowsOtherTenant: Flag(step, "allowOtherTenant", place) ?? false),
        };
    }

    private static CreateKind? ReadKind(string? word, ChangeAction action, ResourceDescriptor resource, string place)
    {
        var makes = action is ChangeAction.Create or ChangeAction.Upsert;
        if (word is null)
        {
            return action == ChangeAction.Create && resource.Kinds.Count > 0
                ? throw Unreadable(
                    $"{place} makes one of {resource.PluralName} and has no 'kind'; allowed are "
                        + $"{string.Join(", ", resource.Kinds.Select(k => k.Route))}.")
                : null;
        }

        return (makes ? resource.Kinds.FirstOrDefault(k => k.Route == word) : null) ?? throw Unreadable(
            !makes ? $"{place} makes nothing, and so has no 'kind'."
            : resource.Kinds.Count == 0 ? $"{place}: {resource.PluralName} have no kinds."
            : $"{place} has the kind '{SarkText.Printable(word)}'; allowed are {string.Join(", ", resource.Kinds.Select(k => k.Route))}.");
    }

    private static (RowKey? Key, string? KeyOf) ReadKey(JsonNode? node, ResourceDescriptor resource, string place)
    {
        switch (node)
        {
            case null:
                return (null, null);
            case JsonObject { Count: 1 } named when named[KeyOfStep] is JsonValue id && id.GetValueKind() == JsonValueKind.String:
                return (null, (string)id!);
            case JsonArray { Count: 2 } pair when resource.SecondKeyColumn is not null && KeyPart(pair[0]) is { } first
                && KeyPart(pair[1]) is { } second:
                return (new RowKey(first, second), null);
            case JsonValue value when KeyPart(value) is { } only:
                return (new RowKey(only), null);
            default:
                throw Unreadable(
                    $"{place}: 'key' is a text"
                        + $"{(resource.SecondKeyColumn is null ? "" : ", an array of two")} or {{ \"{KeyOfStep}\": \"id of a step\" }}.");
        }
    }

    private static string? KeyPart(JsonNode? node) => node is JsonValue value
        && value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number ? PhpValue.Text(PhpValue.FromJson(node)) : null;

    private static JsonObject Write(ChangeStep step)
    {
        var document = new JsonObject();
        Set(document, "id", step.Id);
        document["action"] = Word(step.Action);
        document["resource"] = step.Resource.Route;
        Set(document, "kind", step.Kind?.Route);
        if (step.KeyOf is { } id)
        {
            document["key"] = new JsonObject { [KeyOfStep] = id };
        }
        else if (step.Key is { } key)
        {
            document["key"] = Write(key);
        }

        if (step.Values.Count > 0)
        {
            document["values"] = step.Values.ToJson();
        }

        Set(document, "ifMatch", step.IfMatch);
        if (step.Options.Force)
        {
            document["force"] = true;
        }

        if (step.Options.AllowsOtherTenant)
        {
            document["allowOtherTenant"] = true;
        }

        return document;
    }

    private static JsonNode Write(RowKey key) => key.Second is null ? (JsonNode)key.First : new JsonArray(key.First, key.Second);

    private static JsonObject Write(StepResult step, bool wantsRows)
    {
        var document = new JsonObject { ["index"] = step.Index, ["result"] = Word(step.Outcome) };
        if (step.Key is { } key)
        {
            document["key"] = Write(key);
        }

        if (step.Changes.Count > 0)
        {
            var changes = new JsonObject();
            foreach (var change in step.Changes)
            {
                changes[change.Column] = new JsonArray(PhpValue.ToJson(change.Before), PhpValue.ToJson(change.After));
            }

            document["changes"] = changes;
        }

        if (step.Error is { } error)
        {
            // As a single row's answer tells it; what has no columns of its own is told of the key.
            document["errors"] = error is SarkValidationException invalid
                ? ProblemDetails.Messages(invalid)
                : new JsonObject { [step.Resource.KeyColumn] = ProblemDetails.Texts([error.Message]) };
            document["problem"] = ProblemDetails.Write(error);
        }

        SetTexts(document, "notices", step.Notices);
        SetTexts(document, "orphans", step.Orphans);
        if (wantsRows && step.Stored is not null)
        {
            document["row"] = Row(step.Stored);
        }

        return document;
    }

    private static StepResult ReadResult(JsonObject document, int index, ChangeStep step) => new(
        index,
        Enum.TryParse<StepOutcome>((string?)document["result"], ignoreCase: true, out var outcome) ? outcome : StepOutcome.Error,
        step.Resource,
        document["key"] switch
        {
            null => null,
            JsonArray { Count: 2 } pair => new RowKey((string)pair[0]!, (string)pair[1]!),
            var node => new RowKey((string)node!),
        })
    {
        Changes =
        [
            .. (document["changes"] as JsonObject ?? []).Select(
                c => new ColumnChange(c.Key, PhpValue.FromJson(c.Value?[0]), PhpValue.FromJson(c.Value?[1]))),
        ],
        Error = ProblemDetails.Read(document["problem"]),
        Notices = Texts(document["notices"]),
        Orphans = Texts(document["orphans"]),
        Stored = Row(document["row"]),
    };

    private static string[] Texts(JsonNode? node) => [.. (node as JsonArray ?? []).Select(t => t?.ToString() ?? "")];

    private static JsonObject? Row(SarkRow? row)
    {
        if (row is null)
        {
            return null;
        }

        var document = new JsonObject();
        foreach (var (column, value) in row)
        {
            document[column] = PhpValue.ToJson(value);
        }

        return document;
    }

    private static SarkRow? Row(JsonNode? node) => node is JsonObject row
        ? new SarkRow(new RowShape([.. row.Select(c => c.Key)]), [.. row.Select(c => PhpValue.FromJson(c.Value))])
        : null;

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static void Set(JsonObject document, string member, string? value)
    {
        if (value is not null)
        {
            document[member] = value;
        }
    }

    private static void SetTexts(JsonObject document, string member, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            document[member] = ProblemDetails.Texts(texts);
        }
    }

    private static void RequireKnown(JsonObject document, string[] members, string place)
    {
        if (document.FirstOrDefault(m => !members.Contains(m.Key)).Key is { } unknown)
        {
            throw Unreadable($"{place} has a member '{SarkText.Printable(unknown)}'; allowed are {string.Join(", ", members)}.");
        }
    }

    private static string? Text(JsonObject document, string member, string place) => document[member] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => (string)value!,
        _ => throw Unreadable($"{place}: '{member}' is a text."),
    };

    private static bool? Flag(JsonObject document, string member, string place) => document[member] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => (bool)value,
        _ => throw Unreadable($"{place}: '{member}' is true or false."),
    };

    private static SarkException Unreadable(string message) => new(SarkErrorKind.BadRequest, Noun, null, message);
}
