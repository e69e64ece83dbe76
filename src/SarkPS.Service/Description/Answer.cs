using System.Reflection;
using Microsoft.AspNetCore.Authorization;

namespace SarkPS.Service.Description;

/// <summary>What a body is.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Schema">The name of its schema in the description; null for any.</param>
/// <param name="IsList">Whether it is a list of these.</param>
internal sealed record Body(string ContentType, string? Schema = null, bool IsList = false)
{
    /// <summary>JSON.</summary>
    public static Body Json(string? schema = null) => new(JsonAnswer.ContentType, schema);

    /// <summary>A list in JSON.</summary>
    public static Body List(string? schema = null) => new(JsonAnswer.ContentType, schema, IsList: true);

    /// <summary>A form with a file.</summary>
    public static readonly Body Form = new("multipart/form-data");
}

/// <summary>What an endpoint reads of a body. It only tells: which media types are understood is judged where the body is read.</summary>
/// <param name="Body">The body.</param>
internal sealed record Sent(Body Body);

/// <summary>One answer that an endpoint gives.</summary>
/// <param name="StatusCode">Its status.</param>
/// <param name="Description">When it is given.</param>
/// <param name="Body">What it holds; null for nothing.</param>
internal sealed record Answer(int StatusCode, string Description, Body? Body = null)
{
    public static readonly Answer Unreadable =
        Told(StatusCodes.Status400BadRequest, "The body, a form or a switch cannot be read.");
    public static readonly Answer NotFound = new(StatusCodes.Status404NotFound, "There is none.", Body.Json());
    public static readonly Answer Conflict = new(StatusCodes.Status409Conflict, "It is there already, or in use.", Body.Json());
    public static readonly Answer Invalid = new(
        StatusCodes.Status422UnprocessableEntity,
        "Something is missing or wrong; nothing was written.",
        Body.Json(Schemas.Errors));
    public static readonly Answer Unavailable =
        Told(StatusCodes.Status503ServiceUnavailable, "What is needed for it is locked, missing or does not run.");
    private static readonly Answer Unauthorized =
        Told(StatusCodes.Status401Unauthorized, "There is no valid token.");
    private static readonly Answer Forbidden =
        Told(StatusCodes.Status403Forbidden, "The token lacks the scope, or the request comes from where it may not.");
    private static readonly Answer TooMany =
        Told(StatusCodes.Status429TooManyRequests, "There were too many requests, or wrong tokens or passwords.");

    // A sentence and nothing else.
    private static Answer Told(int statusCode, string description) => new(statusCode, description, Body.Json(Schemas.Message));

    /// <summary>Those that many endpoints give; the description tells each once, by this name.</summary>
    public static readonly IReadOnlyDictionary<Answer, string> Shared = new Dictionary<Answer, string>
    {
        [Unreadable] = nameof(Unreadable),
        [NotFound] = nameof(NotFound),
        [Conflict] = nameof(Conflict),
        [Invalid] = nameof(Invalid),
        [Unavailable] = nameof(Unavailable),
        [Unauthorized] = nameof(Unauthorized),
        [Forbidden] = nameof(Forbidden),
        [TooMany] = nameof(TooMany),
    };

    /// <summary>What any endpoint may answer, whatever it does.</summary>
    public static IEnumerable<Answer> Common(bool isPublic) => isPublic ? [Forbidden, TooMany] : [Unauthorized, Forbidden, TooMany];
}

/// <summary>Says where routes are mapped what they read and answer. The standard <c>WithSummary</c> says what they do.</summary>
internal static class AnswerRules
{
    // The framework describes endpoints that have a method, which those of a plain delegate do not.
    private static readonly MethodInfo Handler = typeof(RequestDelegate).GetMethod(nameof(RequestDelegate.Invoke))!;

    /// <summary>What an endpoint answers, beside what any does.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder builder, params Answer[] answers)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(endpoint =>
        {
            endpoint.Metadata.Add(Handler);
            foreach (var answer in answers.Concat(Answer.Common(endpoint.Metadata.OfType<IAllowAnonymous>().Any())))
            {
                endpoint.Metadata.Add(answer);
            }
        });
        return builder;
    }

    /// <summary>What it answers when all goes well: JSON.</summary>
    public static TBuilder AnswersJson<TBuilder>(this TBuilder builder, string description, params Answer[] others)
        where TBuilder : IEndpointConventionBuilder =>
            builder.Answers([new Answer(StatusCodes.Status200OK, description, Body.Json()), .. others]);

    /// <summary>What an endpoint reads.</summary>
    public static TBuilder Reads<TBuilder>(this TBuilder builder, Body body)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Sent(body));
}
