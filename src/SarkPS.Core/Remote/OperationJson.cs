using System.Text.Json;
using System.Text.Json.Serialization;

namespace SarkPS.Remote;

/// <summary>
/// How results of operations travel between service and client when the client prefers a representation: the types of
/// this assembly as they are, names in camel case, enumerations as words. What sark6api's clients get is the service's.
/// </summary>
public static class OperationJson
{
    /// <summary>Call records as lines of JSON, with a last line that says how many were skipped.</summary>
    public const string CallRecordLines = "application/x-ndjson";

    /// <summary>The settings.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(), new ProblemConverter() } };
}
