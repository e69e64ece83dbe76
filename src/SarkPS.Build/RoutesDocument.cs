using System.Globalization;
using System.Text;
using SarkPS.Ami;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Build;

/// <summary>
/// docs/routes.md: the routes of every table resource with their fields, written from the descriptors and the doc comments
/// of the resources, so that it says what the service does. What no descriptor knows is written by hand in docs/routes:
/// introduction.md comes first, the other files follow the resources by name. In these, comments stand for
/// what descriptors know after all: <c>lists</c> and <c>objects</c> for the functions of Asterisk.
/// </summary>
internal sealed class RoutesDocument(DocComments comments)
{
    private const string Introduction = "introduction.md";

    private readonly StringBuilder text = new();

    /// <summary>The whole page.</summary>
    /// <param name="fragments">The folder of what is written by hand.</param>
    public string Write(string fragments)
    {
        var files = Directory.GetFiles(fragments, "*.md").Order(StringComparer.Ordinal).ToList();
        Line("<!-- Made by: dotnet run --project src/SarkPS.Build -- routes --docs docs --output docs/routes.md -->");
        Line("<!-- Do not change it here. Resources come from src/SarkPS.Core/Resources, all else from docs/routes. -->");
        Line("");
        foreach (var file in files.Where(f => Path.GetFileName(f) == Introduction))
        {
            Include(file);
        }

        foreach (var resource in SarkResources.All.OrderBy(r => r.Route, StringComparer.Ordinal))
        {
            Resource(resource);
        }

        foreach (var file in files.Where(f => Path.GetFileName(f) != Introduction))
        {
            Include(file);
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private void Include(string file)
    {
        Line(File.ReadAllText(file).ReplaceLineEndings("\n").Trim()
            .Replace("<!-- lists -->", Functions(isArray: true), StringComparison.Ordinal)
            .Replace("<!-- objects -->", Functions(isArray: false), StringComparison.Ordinal));
        Line("");
    }

    // The questions to Asterisk that need nothing more than their name.
    private static string Functions(bool isArray) => string.Join(
        ", ",
        AsteriskFunctions.All.Where(f => f.IsArray == isArray && f.Parameters.All(p => p.Optional || p.Default is not null))
            .Select(f => $"`{f.Name}`"));

    private void Resource(ResourceDescriptor resource)
    {
        Line($"## {resource.Route}");
        Line("");
        Line($"{Comment($"T:{resource.RecordType}")} In PowerShell: `Sark{resource.Noun}`. Table: `{resource.Table}`.");
        Line("");
        Routes(resource);
        Kinds(resource);
        Fields(resource);
        var hidden = resource.Columns.Where(c => c.IsHidden && c.Property is null).ToList();
        if (hidden.Count > 0)
        {
            var shown = hidden.Select(c => c.HasDefault ? $"`{c.Name}` (a create stores {Value(c.Default)})" : $"`{c.Name}`");
            Line($"Never shown: {string.Join(", ", shown)}.");
            Line("");
        }

        Line($"A cleared field is stored as {(resource.ClearsToNull ? "NULL" : "an empty text")}.");
        Line("");
    }

    private void Routes(ResourceDescriptor resource)
    {
        var one = SarkText.Words(resource.Noun);
        Line("| Request | Does |");
        Line("| --- | --- |");
        if (resource.IsSingleton)
        {
            Line($"| GET /api/{resource.Route} | shows the settings |");
            Line($"| PUT /api/{resource.Route} | changes the fields that are sent |");
            Line("");
            return;
        }

        var order = resource.OrderBy.Count == 0
            ? "as they were created"
            : "by " + string.Join(" and ", resource.OrderBy.Select(c => $"`{c}`"));
        Line($"| GET /api/{resource.Route} | lists all, {order}; `field=value` and more [choose](service.md#lists) |");
        Line($"| GET /api/{resource.Route}/{{{resource.KeyColumn}}} | shows "
            + $"{(resource.SecondKeyColumn is null ? "one" : $"the pairs of one `{resource.KeyColumn}`")} |");
        if (resource.Kinds.Count == 0)
        {
            Line($"| POST /api/{resource.Route} | makes one |");
        }

        foreach (var kind in resource.Kinds)
        {
            Line($"| POST /api/{resource.Route}/{kind.Route} | makes one of kind {kind.Name} |");
        }

        if (resource.CreatesAtItem)
        {
            Line($"| POST /api/{resource.Route}/{{{resource.KeyColumn}}} | the same as POST /api/{resource.Route}, with the "
                + $"`{resource.KeyColumn}` that the address says |");
        }

        Line($"| PUT /api/{resource.Route}/{{{resource.KeyColumn}}} | changes the fields that are sent |");
        Line(resource.SecondKeyColumn is { } second
            ? $"| DELETE /api/{resource.Route}/{{{resource.KeyColumn}}} | removes all pairs of it, or with `?{second}=` one |"
            : $"| DELETE /api/{resource.Route}/{{{resource.KeyColumn}}} | removes one {one}; `?force=true` even if others name it |");
        Line("");
        if (resource.RouteAliases.Count > 0)
        {
            Line($"The same under {string.Join(", ", resource.RouteAliases.Select(a => $"`/api/{a}`"))}.");
            Line("");
        }
    }

    private void Kinds(ResourceDescriptor resource)
    {
        foreach (var kind in resource.Kinds)
        {
            var facts = kind.Required.Select(r => $"demands `{r.Column}` ({Rules(r.Rules)})")
                .Concat(kind.Defaults.Where(d => !resource.Hidden.Contains(d.Column)).Select(d => $"stores `{d.Column}` {Value(d.Value)}"))
                .DefaultIfEmpty("has nothing of its own");
            Line($"- `{kind.Route}` {string.Join(", ", facts)}");
        }

        if (resource.Kinds.Count > 0)
        {
            Line("");
        }
    }

    private void Fields(ResourceDescriptor resource)
    {
        Line("| Field | PowerShell | Type | Create | Update | Default | |");
        Line("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var column in resource.Columns.Where(c => c.Property is not null || !c.IsHidden))
        {
            var text = column.Property is null ? "" : Comment(column.CommentId(resource.RecordType));
            if (column.Place is { } part)
            {
                text = $"{part.Family.Parameter} {Cell(part.Family.Keys[part.Number])}. {text}";
            }

            if (text.Length == 0 && column.Property is not null)
            {
                // A field that can be written and is never shown has no property; its parameter says what it is for.
                text = column.IsHidden ? "Can be written, is never shown." : Comment($"P:{typeof(SarkRecord)}.{column.Property}");
            }

            if (column.MayBeEmpty && column.IsWritable(isCreate: false, isStrict: true))
            {
                text += " May be empty.";
            }

            if (column.Destination is { } destination)
            {
                text += $" A destination; its class goes to `{destination.RouteClassColumn}`.";
            }

            Line($"| {string.Join(" | ", [
                $"`{column.Name}`",
                column.Place?.ToString() ?? column.Property ?? "",
                Type(column),
                Allowed(column, isCreate: true),
                Allowed(column, isCreate: false),
                column.HasDefault ? Value(column.Default) : "",
                Cell(text.Trim()),
            ])} |");
        }

        Line("");
    }

    private string Comment(string member) => string.Join(' ', comments.Text(member));

    private static string Type(Column column) => column.Type switch
    {
        ColumnType.Integer => "whole number",
        ColumnType.Flag => $"`{column.Flag!.True}`, `{column.Flag.False}`",
        ColumnType.Time => column.IsWritable(isCreate: true, isStrict: true) ? "seconds since 1970" : "UTC time",
        _ => "text",
    };

    private static string Allowed(Column column, bool isCreate)
    {
        if (!column.IsWritable(isCreate, isStrict: true))
        {
            return "never";
        }

        var rules = Rules(isCreate ? column.CreateRules : column.Rules);
        return column.IsWritable(isCreate, isStrict: false) ? rules : $"strict: {rules}";
    }

    private static string Rules(RuleSet rules) => rules.Rules.Count == 0
        ? "anything"
        : string.Join(
            ", ",
            rules.Rules.Select(r => r.Text.StartsWith("regex:", StringComparison.Ordinal) ? Cell(rules.Hint!) : $"`{Cell(r.Text)}`"));

    private static string Value(object? value) => value switch
    {
        null => "`null`",
        string { Length: 0 } => "an empty text",
        // The first line tells; the rest is the same on every exchange.
        string text when text.Contains(
            '\n',
            StringComparison.Ordinal) =>
                $"{text.Split('\n').Length.ToString(CultureInfo.InvariantCulture)} lines, `{Cell(text.Split('\n')[0])}` first",
        _ => $"`{Cell(Convert.ToString(value, CultureInfo.InvariantCulture)!)}`",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private void Line(string text) => this.text.Append(text).Append('\n');
}
