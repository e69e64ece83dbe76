using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Remote;

namespace SarkPS.Service.Errors;

/// <summary>How a failure looks on the wire: as sark6api's bodies, or as problem details for who asks for them.</summary>
internal static class ErrorBody
{
    /// <summary>The one place where kinds of failures become status codes.</summary>
    public static int StatusOf(SarkErrorKind kind) => kind switch
    {
        SarkErrorKind.NotFound => StatusCodes.Status404NotFound,
        SarkErrorKind.Conflict => StatusCodes.Status409Conflict,
        SarkErrorKind.Validation => StatusCodes.Status422UnprocessableEntity,
        SarkErrorKind.BadRequest => StatusCodes.Status400BadRequest,
        SarkErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        SarkErrorKind.Denied => StatusCodes.Status403Forbidden,
        SarkErrorKind.Unauthorized => StatusCodes.Status401Unauthorized,
        SarkErrorKind.Unsupported => StatusCodes.Status501NotImplemented,
        SarkErrorKind.Timeout => StatusCodes.Status504GatewayTimeout,
        SarkErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The status code of a failure. A key that is taken is a broken rule to clients of sark6api.</summary>
    public static int StatusOf(SarkException error) => StatusOf(error is SarkValidationException ? SarkErrorKind.Validation : error.Kind);

    /// <summary>The body as clients of sark6api know it.</summary>
    public static JsonNode Plain(SarkException error, bool isLocal = false) => error switch
    {
        SarkNotFoundException => new JsonObject { ["reason"] = "Not Found!" },
        SarkValidationException invalid => Messages(invalid),
        SarkConflictException { Dependants.Count: > 0 } conflict => new JsonObject { ["Error"] = conflict.Message, ["message"] = conflict.Message, ["dependants"] = Texts(conflict.Dependants) },
        SarkConflictException conflict => new JsonArray(conflict.Message),
        SarkCommitException { Result: var result } commit => new JsonObject { ["message"] = commit.Message, ["exitcode"] = result.ExitCode, ["output"] = Texts(result.Output) },
        _ => new JsonObject { ["message"] = isLocal ? error.MessageWithPath : error.Message },
    };

    /// <summary>Problem details of RFC 9457 with everything that is known.</summary>
    public static JsonNode Problem(SarkException error, int status, bool isLocal = false)
    {
        var problem = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = SarkText.Words(error.Kind.ToString()),
            ["status"] = status,
            ["detail"] = isLocal ? error.MessageWithPath : error.Message,
            ["kind"] = error.Kind.ToString(),
            ["noun"] = error.Noun,
            ["target"] = error.Target?.ToString(),
        };
        if (error is SarkValidationException invalid)
        {
            problem["errors"] = Messages(invalid);
        }

        if (error is SarkCommitException commit)
        {
            problem[WireHeaders.CommitMember] = JsonSerializer.SerializeToNode(commit.Result, OperationJson.Options);
        }

        if (error is SarkConflictException conflict)
        {
            problem["dependants"] = Texts(conflict.Dependants);
        }

        return problem;
    }

    private static JsonObject Messages(SarkValidationException error)
    {
        var messages = new JsonObject();
        foreach (var (field, texts) in error.Errors)
        {
            messages[field] = Texts(texts);
        }

        return messages;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];
}
