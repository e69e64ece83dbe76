using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SarkPS.Remote;

/// <summary>A failure as problem details (RFC 9457) with everything that is known, written by the service and read by the client.</summary>
public static class ProblemDetails
{
    private const string Kind = "kind";
    private const string Noun = "noun";
    private const string Target = "target";
    private const string Detail = "detail";
    private const string Errors = "errors";
    private const string Dependants = "dependants";

    /// <summary>
    /// The one place where kinds of failures become status codes. A key that is taken is a broken rule to clients of
    /// sark6api.
    /// </summary>
    public static HttpStatusCode StatusOf(SarkException error) => error switch
    {
        SarkValidationException => HttpStatusCode.UnprocessableEntity,
        { Kind: SarkErrorKind.NotFound } => HttpStatusCode.NotFound,
        { Kind: SarkErrorKind.Conflict } => HttpStatusCode.Conflict,
        { Kind: SarkErrorKind.Stale } => HttpStatusCode.PreconditionFailed,
        { Kind: SarkErrorKind.Validation } => HttpStatusCode.UnprocessableEntity,
        { Kind: SarkErrorKind.BadRequest } => HttpStatusCode.BadRequest,
        { Kind: SarkErrorKind.Unavailable } => HttpStatusCode.ServiceUnavailable,
        { Kind: SarkErrorKind.Denied } => HttpStatusCode.Forbidden,
        { Kind: SarkErrorKind.Unauthorized } => HttpStatusCode.Unauthorized,
        { Kind: SarkErrorKind.Unsupported } => HttpStatusCode.NotImplemented,
        { Kind: SarkErrorKind.Timeout } => HttpStatusCode.GatewayTimeout,
        { Kind: SarkErrorKind.TooLarge } => HttpStatusCode.RequestEntityTooLarge,
        _ => HttpStatusCode.InternalServerError,
    };

    /// <summary>The body.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="isLocal">Whether the reader sits on this machine and may know where things lie on it.</param>
    public static JsonObject Write(SarkException error, bool isLocal = false)
    {
        ArgumentNullException.ThrowIfNull(error);
        var problem = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = SarkText.Words(error.Kind.ToString()),
            ["status"] = (int)StatusOf(error),
            [Detail] = isLocal ? error.MessageWithPath : error.Message,
            [Kind] = error.Kind.ToString(),
            [Noun] = error.Noun,
            [Target] = error.Target?.ToString(),
        };
        switch (error)
        {
            case SarkValidationException invalid:
                problem[Errors] = Messages(invalid);
                break;
            case SarkCommitException commit:
                problem[WireHeaders.CommitMember] = JsonSerializer.SerializeToNode(commit.Result, OperationJson.Options);
                break;
            case SarkConflictException conflict:
                problem[Dependants] = Texts(conflict.Dependants);
                break;
        }

        return problem;
    }

    /// <summary>The failure that a body tells; null where it is none of ours.</summary>
    public static SarkException? Read(JsonNode? body)
    {
        if (body is not JsonObject problem || problem[Kind] is not { } named)
        {
            return null;
        }

        var kind = Enum.TryParse<SarkErrorKind>((string?)named, out var known) ? known : SarkErrorKind.Unavailable;
        var noun = (string?)problem[Noun] ?? "Service";
        var target = (string?)problem[Target];
        var detail = (string?)problem[Detail] ?? "";
        return kind switch
        {
            SarkErrorKind.NotFound => new SarkNotFoundException(noun, target, detail),
            SarkErrorKind.Conflict when problem[Errors] is JsonObject errors => new SarkValidationException(
                noun,
                target,
                Messages(errors),
                detail,
                isDuplicate: true),
            SarkErrorKind.Conflict => new SarkConflictException(
                noun,
                target,
                detail,
                [.. (problem[Dependants] as JsonArray ?? []).Select(d => d!.ToString())]),
            SarkErrorKind.Validation => new SarkValidationException(noun, target, Messages(problem[Errors] as JsonObject ?? []), detail),
            SarkErrorKind.Unavailable when problem[WireHeaders.CommitMember].Deserialize<CommitResult>(OperationJson.Options)
                is { } result => new SarkCommitException(result, detail),
            SarkErrorKind.Unavailable => new SarkUnavailableException(noun, target, detail),
            SarkErrorKind.Denied => new SarkDeniedException(noun, target, detail),
            _ => new SarkException(kind, noun, target, detail),
        };
    }

    /// <summary>Fields and their messages.</summary>
    public static JsonObject Messages(SarkValidationException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var messages = new JsonObject();
        foreach (var (field, texts) in error.Errors)
        {
            messages[field] = Texts(texts);
        }

        return messages;
    }

    /// <summary>Fields and their messages, of any service that tells them so.</summary>
    internal static List<KeyValuePair<string, IReadOnlyList<string>>> Messages(JsonObject errors) =>
        [.. errors.Select(e => new KeyValuePair<string, IReadOnlyList<string>>(
            e.Key,
            e.Value is JsonArray list ? [.. list.Select(m => m?.ToString() ?? "")] : [e.Value?.ToString() ?? ""]))];

    /// <summary>Sentences.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];
}

/// <summary>Failures in results, as of a job.</summary>
internal sealed class ProblemConverter : JsonConverter<SarkException>
{
    public override SarkException? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ProblemDetails.Read(JsonNode.Parse(ref reader));

    public override void Write(Utf8JsonWriter writer, SarkException value, JsonSerializerOptions options) =>
        ProblemDetails.Write(value).WriteTo(writer);
}
