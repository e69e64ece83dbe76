using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.History;

namespace SarkPS.Service.Description;

/// <summary>What a body is.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Shape">What it looks like; null for what is no JSON.</param>
internal sealed record Body(string ContentType, Shape? Shape = null)
{
    /// <summary>What it looks like where a client prefers a representation; null where that is no other.</summary>
    public Shape? Representation { get; init; }

    /// <summary>One that works; null for none.</summary>
    public JsonNode? Example { get; init; }

    /// <summary>Whether it may be left out of a request.</summary>
    public bool IsOptional { get; init; }

    /// <summary>JSON.</summary>
    public static Body Json(Shape shape) => new(JsonAnswer.ContentType, shape);

    /// <summary>A JSON object.</summary>
    public static Body Json(params (string Name, Shape Shape)[] members) => Json(Shape.Object(members));

    /// <summary>A form with a file.</summary>
    public static Body Form(string field) => new("multipart/form-data", Shape.Object((field, Shape.File)));

    /// <summary>The same, and another one for who prefers a representation.</summary>
    public Body Or<T>() => Or(Shape.Of<T>());

    /// <inheritdoc cref="Or{T}()"/>
    public Body Or(Shape shape) => this with { Representation = shape };

    /// <summary>The same with an example.</summary>
    public Body Such(JsonNode example) => this with { Example = example };
}

/// <summary>What an endpoint reads of a body. It only tells: which media types are understood is judged where the body is read.</summary>
/// <param name="Body">The body.</param>
internal sealed record Sent(Body Body);

/// <summary>One answer that an endpoint gives.</summary>
/// <param name="StatusCode">Its status.</param>
/// <param name="Description">When it is given.</param>
/// <param name="Bodies">What it holds, by what a client accepts; none for nothing.</param>
internal sealed record Answer(int StatusCode, string Description, params Body[] Bodies)
{
    public static readonly Answer Unreadable =
        Failure(StatusCodes.Status400BadRequest, "The body, a form, a header or a switch cannot be read.", Shapes.Message);
    public static readonly Answer NotFound = Failure(StatusCodes.Status404NotFound, "There is none.", Shapes.NotFound);
    public static readonly Answer Conflict = Failure(
        StatusCodes.Status409Conflict,
        "It is there already, or in use, or the same request is under way.",
        Shapes.Conflict);
    public static readonly Answer Stale = Failure(
        StatusCodes.Status412PreconditionFailed,
        "It is in another state than was demanded, or there is no such draft.",
        Shapes.Message);
    public static readonly Answer TooLarge = Failure(
        StatusCodes.Status413PayloadTooLarge,
        "It is larger than the settings allow.",
        Shapes.Message);
    public static readonly Answer Invalid = Failure(
        StatusCodes.Status422UnprocessableEntity,
        "Something is missing or wrong; nothing was written.",
        Shapes.Errors);
    public static readonly Answer Unavailable = Failure(
        StatusCodes.Status503ServiceUnavailable,
        "What is needed for it is locked, missing or does not run.",
        Shapes.Message) with { Headers = ["Retry-After"] };
    public static readonly Answer Unsupported = Failure(
        StatusCodes.Status501NotImplemented,
        "The service has no part in it: it serves a database alone, or Asterisk does not know it.",
        Shapes.Message);
    public static readonly Answer Late = Failure(
        StatusCodes.Status504GatewayTimeout,
        "It took longer than it may.",
        Shapes.Message);

    /// <summary>It is as the client has it.</summary>
    public static readonly Answer Unchanged =
        new(StatusCodes.Status304NotModified, "It is as the client has it.") { Headers = ["ETag"] };

    private static readonly Answer Unauthorized = Failure(
        StatusCodes.Status401Unauthorized,
        "There is no valid token.",
        Shapes.Message) with { Headers = ["WWW-Authenticate"] };
    private static readonly Answer Forbidden = Failure(
        StatusCodes.Status403Forbidden,
        "The token lacks the scope, or the request comes from where it may not.",
        Shapes.Message);
    private static readonly Answer TooMany = Failure(
        StatusCodes.Status429TooManyRequests,
        "There were too many requests, or wrong tokens or passwords.",
        Shapes.Message) with
    {
        Headers = ["Retry-After", RateLimits.Limit, RateLimits.Remaining, RateLimits.Reset, RateLimits.Policy, RateLimits.Left],
    };
    private static readonly Answer Broken =
        Failure(StatusCodes.Status500InternalServerError, "The service failed; its log says why.", Shapes.Message);

    /// <summary>The headers that it has beside those of every answer.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>A failure, which is told as sark6api tells it, or as problem details.</summary>
    public static Answer Failure(int statusCode, string description, Shape shape) =>
        new(statusCode, description, Body.Json(shape), new Body(WireHeaders.Problem, Shapes.Problem));

    /// <summary>Those that many endpoints give; the description tells each once, by this name.</summary>
    public static readonly IReadOnlyDictionary<Answer, string> Shared = new Dictionary<Answer, string>(ReferenceEqualityComparer.Instance)
    {
        [Unreadable] = nameof(Unreadable),
        [NotFound] = nameof(NotFound),
        [Conflict] = nameof(Conflict),
        [Stale] = nameof(Stale),
        [TooLarge] = nameof(TooLarge),
        [Invalid] = nameof(Invalid),
        [Unavailable] = nameof(Unavailable),
        [Unsupported] = nameof(Unsupported),
        [Late] = nameof(Late),
        [Unchanged] = nameof(Unchanged),
        [Unauthorized] = nameof(Unauthorized),
        [Forbidden] = nameof(Forbidden),
        [TooMany] = nameof(TooMany),
        [Broken] = nameof(Broken),
    };

    /// <summary>What an endpoint may answer by what it is, whatever it does.</summary>
    /// <param name="said">What it says of itself.</param>
    public static IEnumerable<Answer> Common(IEnumerable<object> said)
    {
        HashSet<Type> kinds = [.. said.Select(s => s.GetType())];
        yield return Forbidden;
        yield return TooMany;
        yield return Broken;
        if (!said.OfType<IAllowAnonymous>().Any())
        {
            yield return Unauthorized;
        }

        if (kinds.Contains(typeof(Sent)))
        {
            yield return TooLarge;
        }

        if (Effect.Of(said))
        {
            // What the query or the headers ask for cannot be followed, or the same request is under way.
            yield return Unreadable;
            yield return Conflict;
            yield return Invalid;
        }

        if (kinds.Contains(typeof(TakesDraft)))
        {
            yield return Unreadable;
            yield return Stale;
            yield return TooLarge;
        }
    }
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
            foreach (var answer in answers.Concat([.. Answer.Common(endpoint.Metadata)]).DistinctBy(a => a.StatusCode).ToArray())
            {
                endpoint.Metadata.Add(answer);
            }
        });
        return builder;
    }

    /// <summary>What it answers when all goes well: JSON.</summary>
    public static TBuilder AnswersJson<TBuilder>(this TBuilder builder, string description, Body body, params Answer[] others)
        where TBuilder : IEndpointConventionBuilder =>
            builder.Answers([new Answer(StatusCodes.Status200OK, description, body), .. others]);

    /// <summary>What an endpoint reads.</summary>
    public static TBuilder Reads<TBuilder>(this TBuilder builder, Body body)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Sent(body));
}
