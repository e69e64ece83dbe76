using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using SarkPS.Remote;

namespace SarkPS.Service.Description;

/// <summary>The schemas that the description has by name, each once.</summary>
internal sealed class Components
{
    private const string Place = "#/components/schemas/";

    private readonly SortedDictionary<string, JsonNode?> schemas = new(StringComparer.Ordinal);

    /// <summary>The schema that is meant where one names it.</summary>
    public JsonObject Resolve(JsonObject schema) =>
        (string?)schema["$ref"] is { } reference ? schemas[reference[Place.Length..]]!.AsObject() : schema;

    // The names of those that were given one only since they stand in an answer or a request.
    private readonly HashSet<string> passing = new(StringComparer.Ordinal);

    /// <summary>Puts them into the document.</summary>
    /// <remarks>
    /// Of those without a name of their own, objects get one, since clients make types of them; all others stand where they are used.
    /// </remarks>
    public void WriteTo(JsonNode document)
    {
        var inline = passing.Where(name => schemas[name]?["properties"] is null).ToDictionary(name => Place + name, name => schemas[name]!);
        foreach (var holder in Holders(document["paths"]!).ToList())
        {
            if (inline.TryGetValue((string)holder["schema"]!["$ref"]!, out var schema))
            {
                holder["schema"] = schema.DeepClone();
            }
        }

        // What became a part of another is named by nobody.
        var named = new HashSet<string>(StringComparer.Ordinal);
        var left = new Queue<string>(References(document));
        while (left.TryDequeue(out var name))
        {
            if (named.Add(name))
            {
                References(schemas[name]!).ToList().ForEach(left.Enqueue);
            }
        }

        document["components"]!["schemas"] = new JsonObject(
            schemas.Where(s => named.Contains(s.Key)).Select(s => KeyValuePair.Create(s.Key, s.Value?.DeepClone())));
    }

    private static IEnumerable<string> References(JsonNode node) => node switch
    {
        JsonObject map => map.Select(m => m.Value).OfType<JsonNode>().SelectMany(References).Concat(
            map["$ref"] is JsonValue name && ((string)name!).StartsWith(Place, StringComparison.Ordinal)
                ? [((string)name!)[Place.Length..]]
                : Array.Empty<string>()),
        JsonArray list => list.OfType<JsonNode>().SelectMany(References),
        _ => [],
    };

    /// <summary>Notes a schema under a name that it needs no longer than it must.</summary>
    public void Pass(string name) => passing.Add(name);

    private static IEnumerable<JsonObject> Holders(JsonNode node) => node switch
    {
        JsonObject map => map.Select(m => m.Value).OfType<JsonNode>().SelectMany(Holders)
            .Concat(map["schema"] is JsonObject schema && schema.ContainsKey("$ref") ? [map] : Array.Empty<JsonObject>()),
        JsonArray list => list.OfType<JsonNode>().SelectMany(Holders),
        _ => [],
    };

    /// <summary>What names a schema, which is made where it is not there yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="make">Makes it.</param>
    public JsonObject Reference(string name, Func<JsonNode> make)
    {
        // Noted before it is made: it may name itself.
        if (schemas.TryAdd(name, null))
        {
            schemas[name] = make();
        }

        return new JsonObject { ["$ref"] = Place + name };
    }
}

/// <summary>What JSON looks like, as a JSON Schema of 2020-12, which OpenAPI 3.1 uses.</summary>
/// <param name="write">Writes the schema; what it names is put among the components.</param>
/// <param name="name">The name that it has in the description; null where it stands where it is used.</param>
internal sealed class Shape(Func<Components, JsonObject> write, string? name = null)
{
    private const string Optional = "?";

    // Names as OperationJson writes them, and numbers as numbers: it reads texts as well, which nobody needs to know.
    private static readonly JsonSerializerOptions Records = new(OperationJson.Options)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>A text.</summary>
    public static readonly Shape Text = Plain("string");

    /// <summary>A whole number.</summary>
    public static readonly Shape Whole = new(_ => new JsonObject { ["type"] = "integer", ["format"] = "int64" });

    /// <summary>True or false.</summary>
    public static readonly Shape Truth = Plain("boolean");

    /// <summary>A time as RFC 3339 writes it.</summary>
    public static readonly Shape Time = new(_ => new JsonObject { ["type"] = "string", ["format"] = "date-time" });

    /// <summary>A file in a form.</summary>
    public static readonly Shape File = new(_ => new JsonObject { ["type"] = "string", ["format"] = "binary" });

    /// <summary>Anything.</summary>
    public static readonly Shape Anything = new(_ => []);

    /// <summary>The name that it has in the description; null for none.</summary>
    public string? Name => name;

    /// <summary>Writes it, or what names it.</summary>
    public JsonObject Write(Components components) =>
        name is null ? write(components) : components.Reference(name, () => write(components));

    /// <summary>The same under a name of its own.</summary>
    public Shape Named(string called) => new(write, called);

    /// <summary>The same with a sentence about it.</summary>
    public Shape Saying(string description) => With("description", description);

    /// <summary>The same, or null.</summary>
    public Shape OrNull() => new(components =>
    {
        var schema = Write(components);
        return schema.Count == 0 ? schema
            : schema["type"] is JsonValue type
            ? With(schema, "type", new JsonArray(type.DeepClone(), "null"))
            : new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    });

    /// <summary>One of several words.</summary>
    public static Shape Word(params string[] words) => Text.With("enum", new JsonArray([.. words.Select(w => (JsonNode)w)]));

    /// <summary>A list.</summary>
    public static Shape List(Shape items) => new(c => new JsonObject { ["type"] = "array", ["items"] = items.Write(c) });

    /// <summary>An object with members of any name.</summary>
    public static Shape Map(Shape values) =>
        new(c => new JsonObject { ["type"] = "object", ["additionalProperties"] = values.Write(c) });

    /// <summary>An object. A name that ends in a question mark is that of a member that may be left out.</summary>
    public static Shape Object(params (string Name, Shape Shape)[] members) => new(components =>
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(members.Select(
                m => KeyValuePair.Create(m.Name.TrimEnd(Optional[0]), (JsonNode?)m.Shape.Write(components)))),
        };
        string[] required = [.. members.Select(m => m.Name).Where(n => !n.EndsWith(Optional, StringComparison.Ordinal))];
        return required.Length > 0 ? With(schema, "required", Texts(required)) : schema;
    });

    /// <summary>Any of several.</summary>
    public static Shape Any(params Shape[] shapes) =>
        new(c => new JsonObject { ["anyOf"] = new JsonArray([.. shapes.Select(s => (JsonNode)s.Write(c))]) });

    /// <summary>
    /// Any of several. Objects become one with the members of all, of which those alone are always there that all have: clients make
    /// one type of that, and nothing that is of use of a choice.
    /// </summary>
    public static Shape Either(params Shape[] shapes) => new(components =>
    {
        JsonObject[] written = [.. shapes.SelectMany(s => Alternatives(s.Write(components)))];
        JsonObject[] objects = [.. written.Select(components.Resolve)];
        if (!objects.All(o => o["properties"] is JsonObject))
        {
            return new JsonObject { ["anyOf"] = new JsonArray([.. written.Select(w => w.DeepClone())]) };
        }

        var members = new JsonObject();
        foreach (var (member, schema) in objects.SelectMany(o => o["properties"]!.AsObject()))
        {
            members.TryAdd(member, schema?.DeepClone());
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = members,
            ["required"] = Texts(objects.Select(o => (o["required"] as JsonArray ?? []).Select(r => (string)r!))
                .Aggregate((all, next) => all.Intersect(next))),
        };

        static IEnumerable<JsonObject> Alternatives(JsonObject schema) =>
            schema["anyOf"] is JsonArray any ? any.Select(a => a!.AsObject()) : [schema];
    });

    /// <summary>A type of an answer as <see cref="OperationJson"/> writes it, by the name that it has in C#.</summary>
    public static Shape Of<T>() => Of(typeof(T));

    /// <summary>Texts as JSON.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];

    private static Shape Plain(string type) => new(_ => new JsonObject { ["type"] = type });

    private static Shape Of(Type type) => new(components => Export(type, components), type.Name);

    private Shape With(string member, JsonNode value) => new(components => With(Write(components), member, value.DeepClone()));

    private static JsonObject With(JsonObject schema, string member, JsonNode value)
    {
        schema[member] = value;
        return schema;
    }

    private static JsonObject Export(Type type, Components components)
    {
        var schema = Records.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Transform(context, node, components),
        }).AsObject();
        if (Comments.OfType(type) is { } text)
        {
            schema["description"] = text;
        }

        return schema;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node, Components components)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isNull = context.PropertyInfo?.IsGetNullable == true;
        var own = Known(type)
            ?? (context.Path.Length > 0 && context.TypeInfo.Kind == JsonTypeInfoKind.Object
                && type.Assembly == typeof(OperationJson).Assembly
                ? Of(type)
                : null);
        if (own is not null)
        {
            node = (isNull ? own.OrNull() : own).Write(components);
        }
        else if (node is JsonObject schema)
        {
            if (schema["properties"] is JsonObject members)
            {
                // All are written, whatever they hold.
                schema["required"] = Texts(members.Select(m => m.Key));
            }

            if (context.TypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } item } && Known(item) is { } known)
            {
                schema["items"] = known.Write(components);
            }

            if (type.IsEnum && schema["enum"] is JsonArray words)
            {
                schema["type"] = isNull ? new JsonArray("string", "null") : "string";
                if (type.IsDefined(typeof(FlagsAttribute), inherit: false))
                {
                    // Several of them stand in one text, with a comma between.
                    schema.Remove("enum");
                    schema["examples"] = words.DeepClone();
                }
            }
        }

        if (node is JsonObject told && context.PropertyInfo?.AttributeProvider is System.Reflection.PropertyInfo property
            && Comments.Of(property) is { } text)
        {
            told["description"] = text;
        }

        return node;
    }

    // What a converter of its own writes.
    private static Shape? Known(Type type) =>
        type == typeof(SarkException) ? Shapes.Problem
        : type == typeof(ChangeEntry) ? Shapes.Change
        : type == typeof(TimeSpan) ? Text
        : type == typeof(object) ? Anything
        : null;
}
