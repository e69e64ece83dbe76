using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SarkPS.Cmdlets;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Conformance;

/// <summary>Each resource has all that belongs to one: columns, cmdlets, parameters, views, help, manifest entries, routes.</summary>
public sealed partial class ModuleConformanceTests
{
    public static TheoryData<string> Nouns => [.. SarkResources.All.Select(r => r.Noun)];

    public static TheoryData<string> CommandNames => [.. Commands.All.Keys];

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public void Every_column_is_in_the_table(string noun, Schema schema)
    {
        using var database = new TestDatabase(schema);
        var resource = SarkResources.Find(noun);
        Assert.Empty(resource.Columns.Where(c => !c.IsHidden || c.HasDefault || c.Access != Access.ReadOnly).Where(
            c => c.Since is null || TestDatabase.VersionOf(schema).IsSince(c.Since)).Select(c => c.Name).Append(resource.KeyColumn)
                .Except(Columns(database, resource.Table)));
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public void Every_column_of_the_table_is_shown_or_hidden_on_purpose(string noun, Schema schema)
    {
        using var database = new TestDatabase(schema);
        var resource = SarkResources.Find(noun);
        Assert.DoesNotContain(Columns(database, resource.Table), c => resource.Find(c) is null);
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void Every_property_has_a_column_and_every_visible_column_a_property(string noun)
    {
        var resource = SarkResources.Find(noun);
        foreach (var column in resource.Columns.Where(c => c is { IsHidden: false, Property: not null }))
        {
            var property = column.PropertyOf(resource.RecordType);
            Assert.True(property is not null, $"{noun} has no property {column.Property}.");
            Assert.Equal(PropertyType(column), property.PropertyType);
        }

        Assert.DoesNotContain(resource.Columns, c => c is { IsHidden: false, Property: null, HasDefault: false });
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void Every_noun_has_its_verbs(string noun)
    {
        var resource = SarkResources.Find(noun);
        string[] verbs = resource switch
        {
            { IsSingleton: true } => ["Get", "Set"],
            // Both parts of a pair are its key: there is nothing to change.
            { SecondKeyColumn: not null } => ["Get", "New", "Remove"],
            _ => ["Get", "New", "Remove", "Set"],
        };
        Assert.Equal(
            verbs,
            Commands.All.Keys.Where(c => c.EndsWith($"-Sark{noun}", StringComparison.Ordinal)).Select(c => c.Split('-')[0]));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void Every_writable_column_is_a_parameter_of_New_and_Set(string noun)
    {
        var resource = SarkResources.Find(noun);
        foreach (var (verb, isCreate) in new[] { ("New", true), ("Set", false) })
        {
            if (!Commands.All.TryGetValue($"{verb}-Sark{noun}", out var command))
            {
                continue;
            }

            var parameters = Commands.Parameters(command).ToDictionary(p => p.Name);
            foreach (var column in resource.Columns.Where(c => c.IsWritable(isCreate, isStrict: true)))
            {
                var name = column.Place?.Family.Parameter ?? column.Property ?? column.Name;
                Assert.True(parameters.TryGetValue(name, out var parameter), $"{verb}-Sark{noun} has no parameter {name}.");
                if (column.Place is not null)
                {
                    Assert.True(parameter.IsDefined(typeof(SarkElementsAttribute)), $"-{name} of {verb}-Sark{noun} takes no elements.");
                    continue;
                }

                if (resource.SecondKeyColumn is null)
                {
                    // Several keys are named at once.
                    Assert.Equal(name == "Key" ? typeof(string[]) : PropertyType(column), parameter.PropertyType);
                }

                var names = (parameter.GetCustomAttribute<AliasAttribute>(inherit: true)?.AliasNames ?? []).Append(name);
                Assert.True(
                    names.Contains(column.Name, StringComparer.OrdinalIgnoreCase),
                    $"-{name} of {verb}-Sark{noun} lacks the alias {column.Name}.");
            }
        }
    }

    [Fact]
    public void Whatever_is_emitted_knows_where_it_came_from_and_nobody_is_asked_without_an_exchange() =>
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(Repository.Root, "src", "SarkPS.Cmdlets"), "*Command*.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText),
            text => !text.Contains(" : PSCmdlet", StringComparison.Ordinal) && !text.Contains(" : SarkCsvCommand", StringComparison.Ordinal)
                && (text.Contains("WriteObject(", StringComparison.Ordinal) || text.Contains("ShouldProcess(", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Nouns))]
    public void Every_filter_column_is_a_parameter_of_Get(string noun)
    {
        var parameters = Commands.Parameters(Commands.All[$"Get-Sark{noun}"]).Select(p => p.Name).ToArray();
        Assert.Empty(SarkResources.Find(noun).Columns.Where(c => c.IsFilter).Select(c => c.Property).Except(parameters));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void Every_noun_has_a_table_and_a_list(string noun)
    {
        var type = SarkResources.Find(noun).RecordType.FullName;
        var views = Views().Where(v => v.Descendants("TypeName").Any(t => t.Value == type)).ToArray();
        Assert.Contains(views, v => v.Element("TableControl") is not null);
        Assert.Contains(views, v => v.Element("ListControl") is not null);
        foreach (var property in views.Descendants("PropertyName").Select(p => p.Value))
        {
            Assert.True(
                SarkResources.Find(noun).RecordType.GetProperty(property) is not null,
                $"A view of {noun} shows {property}, which is no property.");
        }
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Everything_that_a_command_says_it_emits_has_a_view(string command)
    {
        var shown = Views().SelectMany(v => v.Descendants("TypeName")).Select(t => t.Value).ToHashSet();
        Assert.Empty(Commands.All[command].GetCustomAttributes<OutputTypeAttribute>(inherit: true)
            .SelectMany(a => a.Type).Select(t => t.Name).Where(n => n.StartsWith("SarkPS.", StringComparison.Ordinal)).Except(shown));
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Every_command_has_a_help_page_with_two_examples(string command)
    {
        var page = Path.Combine(Repository.Root, "docs", "en-US", command + ".md");
        Assert.True(File.Exists(page), $"There is no {page}.");
        Assert.True(Example().Count(File.ReadAllText(page)) >= 2, $"{page} has fewer than two examples.");
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Every_command_is_exported(string command) =>
        Assert.Contains($"'{command}'", File.ReadAllText(Path.Combine(Repository.Module, "SarkPS.psd1")), StringComparison.Ordinal);

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task Every_resource_is_described_in_the_service_s_description(Schema schema)
    {
        using var database = new TestDatabase(schema);
        await using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var paths = JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative)))!["paths"]!.AsObject();
        foreach (var resource in SarkResources.All)
        {
            var list = paths[$"/api/{resource.Route}"]?.AsObject();
            Assert.True(list?["get"] is not null, $"GET /api/{resource.Route} is not described.");
            if (resource.IsSingleton)
            {
                Assert.NotNull(list["put"]);
                continue;
            }

            var item = paths[$"/api/{resource.Route}/{{key}}"]?.AsObject();
            Assert.True(
                item?["get"] is not null && item["put"] is not null && item["delete"] is not null,
                $"/api/{resource.Route}/{{key}} is not described.");
            foreach (var kind in resource.Kinds)
            {
                Assert.True(
                    paths[$"/api/{resource.Route}/{kind.Route}"]?["post"] is not null,
                    $"POST /api/{resource.Route}/{kind.Route} is not described.");
            }

            Assert.True(resource.Kinds.Count > 0 || list["post"] is not null, $"POST /api/{resource.Route} is not described.");
        }
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void A_column_is_described_once(string noun)
    {
        var resource = SarkResources.Find(noun);
        Assert.Empty(resource.Columns.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key));
        foreach (var column in resource.Columns.Where(c => c.Type == ColumnType.Flag))
        {
            Assert.NotNull(column.Flag);
            Assert.Equal([column.Flag.True, column.Flag.False], column.AllowedValues);
        }

        foreach (var route in resource.Columns.Select(c => c.Destination?.RouteClassColumn).OfType<string>())
        {
            Assert.NotNull(resource.Find(route));
        }
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void No_parameter_but_a_path_falls_back_to_file_names(string command)
    {
        string[] paths = ["Path", "LiteralPath", "RejectPath", "Database", "Root"];
        foreach (var parameter in Commands.Parameters(Commands.All[command]).Where(p => !paths.Contains(p.Name)))
        {
            var type = Nullable.GetUnderlyingType(parameter.PropertyType) ?? parameter.PropertyType;
            Assert.True(
                type == typeof(SwitchParameter) || (type.GetElementType() ?? type).IsEnum
                    || parameter.GetCustomAttributes<ArgumentCompleterAttribute>(inherit: true).Any(),
                $"-{parameter.Name} of {command} has no completer, so that Tab offers file names.");
        }
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void A_secret_is_no_public_property_and_a_hidden_one_at_the_prompt(string noun)
    {
        var resource = SarkResources.Find(noun);
        var types = XDocument.Load(Path.Combine(Repository.Module, "SarkPS.types.ps1xml"));
        var hidden = types.Descendants("Type").Where(t => t.Element("Name")!.Value == resource.RecordType.FullName)
            .Descendants("ScriptProperty").Where(p => (string?)p.Attribute("IsHidden") == "true").Select(p => p.Element("Name")!.Value);
        var secrets = resource.Columns.Where(c => c is { IsSecret: true, IsHidden: false }).Select(c => c.Property!);
        Assert.Equal(secrets.Order(), hidden.Order());
        Assert.DoesNotContain(secrets, s => resource.RecordType.GetProperty(s) is not null);
    }

    private static IEnumerable<XElement> Views() =>
        XDocument.Load(Path.Combine(Repository.Module, "SarkPS.format.ps1xml")).Descendants("View");

    private static Type PropertyType(Column column) => column.Type switch
    {
        ColumnType.Integer => typeof(int?),
        ColumnType.Flag => typeof(bool?),
        ColumnType.Time => typeof(DateTimeOffset?),
        _ => typeof(string),
    };

    private static List<string> Columns(TestDatabase database, string table)
    {
        using var connection = database.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info(@table)";
        command.Parameters.AddWithValue("@table", table);
        using var reader = command.ExecuteReader();
        var columns = new List<string>();
        while (reader.Read())
        {
            columns.Add(reader.GetString(0));
        }

        return columns;
    }

    [GeneratedRegex(@"^#{2,3} example", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Example();
}
