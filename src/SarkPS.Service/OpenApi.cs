using System.Text.Json.Nodes;
using System.Xml.Linq;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Service;

/// <summary>Describes the resources' routes in OpenAPI 3.1, from the same descriptors that map them.</summary>
internal static class OpenApi
{
    private static readonly Lazy<JsonObject> Document = new(Build);

    /// <summary>Answers with the description.</summary>
    public static Task GetAsync(HttpContext context) => JsonAnswer.WriteAsync(context, Document.Value);

    private static JsonObject Build()
    {
        var texts = Texts();
        var paths = new JsonObject();
        var schemas = new JsonObject
        {
            ["Errors"] = new JsonObject
            {
                ["description"] = "Messages by field.",
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            },
        };
        foreach (var resource in SarkResources.All)
        {
            schemas[resource.Noun] = Schema(resource, texts, _ => true);
            schemas[resource.Noun + "Update"] = Schema(resource, texts, c => c.IsWritable(isCreate: false, isStrict: false));
            var list = "/api/" + resource.Route;
            if (resource.IsSingleton)
            {
                paths[list] = new JsonObject { ["get"] = Read(resource, isList: false), ["put"] = Write(resource, "Update", isCreate: false) };
                continue;
            }

            schemas[resource.Noun + "Create"] = CreateSchema(resource, null, texts);
            paths[list] = new JsonObject { ["get"] = Read(resource, isList: true) };
            if (resource.Kinds.Count == 0)
            {
                paths[list]!["post"] = Write(resource, "Create", isCreate: true);
            }

            foreach (var kind in resource.Kinds)
            {
                schemas[resource.Noun + "Create" + kind.Name] = CreateSchema(resource, kind, texts);
                paths[$"{list}/{kind.Route}"] = new JsonObject { ["post"] = Write(resource, "Create" + kind.Name, isCreate: true) };
            }

            paths[list + "/{key}"] = new JsonObject
            {
                ["parameters"] = new JsonArray(new JsonObject
                {
                    ["name"] = "key",
                    ["in"] = "path",
                    ["required"] = true,
                    ["schema"] = new JsonObject { ["type"] = "string" },
                }),
                ["get"] = Read(resource, isList: false),
                ["put"] = Write(resource, "Update", isCreate: false),
                ["delete"] = new JsonObject
                {
                    ["tags"] = new JsonArray(resource.Route),
                    ["summary"] = $"Removes a row of {resource.PluralName}.",
                    ["responses"] = new JsonObject
                    {
                        ["204"] = new JsonObject { ["description"] = "It is gone." },
                        ["404"] = new JsonObject { ["description"] = "There is none." },
                        ["409"] = new JsonObject { ["description"] = "It is protected, or others name it; force=true removes it all the same." },
                    },
                },
            };
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "SarkPS", ["version"] = typeof(OpenApi).Assembly.GetName().Version!.ToString(3) },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static JsonObject Read(ResourceDescriptor resource, bool isList)
    {
        var row = Reference(resource.Noun);
        return new JsonObject
        {
            ["tags"] = new JsonArray(resource.Route),
            ["summary"] = isList ? $"Lists {resource.PluralName}." : $"Shows one of {resource.PluralName}.",
            ["responses"] = new JsonObject
            {
                ["200"] = Content("Found.", isList ? new JsonObject { ["type"] = "array", ["items"] = row } : row),
                ["404"] = new JsonObject { ["description"] = "There is none." },
            },
        };
    }

    private static JsonObject Write(ResourceDescriptor resource, string schema, bool isCreate) => new()
    {
        ["tags"] = new JsonArray(resource.Route),
        ["summary"] = isCreate ? $"Makes one of {resource.PluralName}." : $"Changes one of {resource.PluralName}.",
        ["requestBody"] = new JsonObject { ["content"] = new JsonObject { [JsonAnswer.ContentType] = new JsonObject { ["schema"] = Reference(resource.Noun + schema) } } },
        ["responses"] = new JsonObject
        {
            [isCreate ? "201" : "200"] = Content("Done.", Reference(resource.Noun)),
            ["422"] = Content("Something is missing or wrong; nothing was written.", Reference("Errors")),
        },
    };

    private static JsonObject Content(string description, JsonNode schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [JsonAnswer.ContentType] = new JsonObject { ["schema"] = schema } },
    };

    private static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    private static JsonObject CreateSchema(ResourceDescriptor resource, CreateKind? kind, Dictionary<string, string> texts)
    {
        var rules = resource.RulesFor(kind, isCreate: true, isStrict: false).ToDictionary(r => r.Column.Name, r => r.Rules);
        var schema = Schema(resource, texts, c => rules.ContainsKey(c.Name));
        schema["required"] = new JsonArray([.. rules.Where(r => r.Value.IsRequired).Select(r => (JsonNode)r.Key)]);
        return schema;
    }

    private static JsonObject Schema(ResourceDescriptor resource, Dictionary<string, string> texts, Func<Column, bool> where)
    {
        var properties = new JsonObject();
        foreach (var column in resource.Columns.Where(c => c.Property is not null && !c.IsHidden && where(c)))
        {
            var property = new JsonObject { ["type"] = new JsonArray("string", "integer", "null") };
            if (texts.TryGetValue($"P:SarkPS.{resource.Noun}.{column.Property}", out var text))
            {
                property["description"] = text;
            }

            if (column.AllowedValues.Count > 0 && column.Property != "DayOfMonth")
            {
                property["examples"] = new JsonArray([.. column.AllowedValues.Select(v => (JsonNode)v)]);
            }

            if (column.HasDefault && column.Default is not null)
            {
                property["default"] = PhpValue.ToJson(column.Default);
            }

            properties[column.Name] = property;
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (texts.TryGetValue($"T:SarkPS.{resource.Noun}", out var about))
        {
            schema["description"] = about;
        }

        return schema;
    }

    // The doc comments of the models, which the compiler writes beside their assembly, are the only place of these texts.
    private static Dictionary<string, string> Texts()
    {
        var file = Path.ChangeExtension(typeof(SarkResources).Assembly.Location, ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").Where(m => m.Element("summary") is not null)
                .ToDictionary(m => (string)m.Attribute("name")!, m => string.Join(' ', m.Element("summary")!.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            : [];
    }
}
