using System.Text.Json.Nodes;
using SarkPS.Remote;

namespace SarkPS.Service.Errors;

/// <summary>How a failure looks to clients of sark6api; who asks for them gets <see cref="ProblemDetails"/>.</summary>
internal static class ErrorBody
{
    /// <summary>The body as clients of sark6api know it.</summary>
    public static JsonNode Plain(SarkException error, bool isLocal = false) => error switch
    {
        SarkNotFoundException => new JsonObject { ["reason"] = "Not Found!" },
        SarkValidationException invalid => ProblemDetails.Messages(invalid),
        SarkConflictException { Dependants.Count: > 0 } conflict => new JsonObject
        {
            ["Error"] = conflict.Message,
            ["message"] = conflict.Message,
            ["dependants"] = ProblemDetails.Texts(conflict.Dependants)
        },
        SarkConflictException conflict => new JsonArray(conflict.Message),
        SarkCommitException { Result: var result } commit => new JsonObject
        {
            ["message"] = commit.Message,
            ["exitcode"] = result.ExitCode,
            ["output"] = ProblemDetails.Texts(result.Output)
        },
        _ => new JsonObject { ["message"] = isLocal ? error.MessageWithPath : error.Message },
    };
}
