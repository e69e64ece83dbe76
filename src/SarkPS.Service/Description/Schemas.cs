using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.OpenApi;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Service.Description;

/// <summary>The schemas of bodies, from the descriptors of resources.</summary>
internal static class Schemas
{
    /// <summary>Messages by field.</summary>
    public const string Errors = nameof(Errors);

    /// <summary>A message.</summary>
    public const string Message = nameof(Message);

    /// <summary>The schema of a row as it is sent to change it.</summary>
    public static string Update(ResourceDescriptor resource) => resource.Noun + "Update";

    /// <summary>The schema of a row as it is sent to make it.</summary>
    public static string Create(ResourceDescriptor resource, CreateKind? kind) => resource.Noun + "Create" + kind?.Name;

    /// <summary>All of them, by name.</summary>
    public static IEnumerable<KeyValuePair<string, IOpenApiSchema>> All()
    {
        var texts = Texts();
        yield return new(Errors, new OpenApiSchema
        {
            Description = "Messages by field.",
            Type = JsonSchemaType.Object,
            AdditionalProperties = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema { Type = JsonSchemaType.String }
            },
        });
        yield return new(Message, new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema> { ["message"] = new OpenApiSchema { Type = JsonSchemaType.String } },
        });
        foreach (var resource in SarkResources.All)
        {
            yield return new(resource.Noun, Row(resource, texts, _ => true));
            yield return new(Update(resource), Row(resource, texts, c => c.IsWritable(isCreate: false, isStrict: false)));
            if (resource.IsSingleton)
            {
                continue;
            }

            foreach (var kind in resource.Kinds.Prepend(null))
            {
                yield return new(Create(resource, kind), CreateRow(resource, kind, texts));
            }
        }
    }

    private static OpenApiSchema CreateRow(ResourceDescriptor resource, CreateKind? kind, Dictionary<string, string> texts)
    {
        var rules = resource.RulesFor(kind, isCreate: true, isStrict: false).ToDictionary(r => r.Column.Name, r => r.Rules);
        var schema = Row(resource, texts, c => rules.ContainsKey(c.Name));
        schema.Required = rules.Where(r => r.Value.IsRequired).Select(r => r.Key).ToHashSet();
        return schema;
    }

    private static OpenApiSchema Row(ResourceDescriptor resource, Dictionary<string, string> texts, Func<Column, bool> where) => new()
    {
        Description = texts.GetValueOrDefault($"T:SarkPS.{resource.Noun}"),
        Type = JsonSchemaType.Object,
        Properties = resource.Columns.Where(c => c.Property is not null && !c.IsHidden && where(c)).ToDictionary(c => c
            .Name, IOpenApiSchema (c) => new OpenApiSchema
            {
                Description = texts.GetValueOrDefault(c.CommentId(resource.RecordType)),
                Type = JsonSchemaType.String | JsonSchemaType.Integer | JsonSchemaType.Null,
                Examples = c.AllowedValues.Count > 0 && c.Property != "DayOfMonth" ? [.. c.AllowedValues.Select(v => (JsonNode)v)] : null,
                Default = c.HasDefault && c.Default is not null ? PhpValue.ToJson(c.Default) : null,
            }),
    };

    // The doc comments of the models, which the compiler writes beside their assembly, are the only place of these texts.
    private static Dictionary<string, string> Texts()
    {
        var file = Path.ChangeExtension(typeof(SarkResources).Assembly.Location, ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").Where(m => m.Element("summary") is not null)
                .ToDictionary(
                    m => (string)m.Attribute("name")!,
                    m => string.Join(' ', m.Element("summary")!.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            : [];
    }
}
