using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SarkPS.Remote;

/// <summary>
/// How results of operations travel between service and client when the client prefers a representation: the types of
/// this assembly as they are, names in camel case, enumerations as words. What sark6api's clients get is the service's.
/// </summary>
public static class OperationJson
{
    /// <summary>Values one after the other, one line of JSON each; of call records the last line says how many were left out.</summary>
    public const string Lines = "application/x-ndjson";

    /// <summary>The settings.</summary>
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web)
        {
            Converters =
            {
                // The history has words of its own.
                new JsonStringEnumConverter<ChangeCause>(JsonNamingPolicy.CamelCase),
                new JsonStringEnumConverter(),
                new ProblemConverter(),
                new ChangeEntryConverter(),
            },
        };
}

/// <summary>Writes changes of the history as its own routes do.</summary>
internal sealed class ChangeEntryConverter : JsonConverter<ChangeEntry>
{
    public override ChangeEntry? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ChangeDocument.ReadEntry((JsonObject)JsonNode.Parse(ref reader)!);

    public override void Write(Utf8JsonWriter writer, ChangeEntry value, JsonSerializerOptions options) =>
        ChangeDocument.Write(value).WriteTo(writer);
}
