using SarkPS.Remote;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Description;

/// <summary>What routes are about that belong together.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it is.</param>
internal sealed record Topic(string Name, string Text);

/// <summary>What a part of the address or of the query is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it is.</param>
internal sealed record ParameterText(string Name, string Text);

/// <summary>The headers that an endpoint reads, beside those that follow from what else it says.</summary>
/// <param name="Names">Their names.</param>
internal sealed record HeaderNames(params string[] Names);

/// <summary>The preferences that an endpoint follows, beside those that follow from what else it says.</summary>
/// <param name="Values">Their names.</param>
internal sealed record Preferences(params string[] Values);

/// <summary>Says where routes are mapped what the description tells of them.</summary>
internal static class SaidRules
{
    /// <summary>What it is about.</summary>
    public static TBuilder About<TBuilder>(this TBuilder builder, string name, string text)
        where TBuilder : IEndpointConventionBuilder => builder.WithTags(name).WithMetadata(new Topic(name, text));

    /// <summary>What a part of its address or its query is.</summary>
    public static TBuilder Explains<TBuilder>(this TBuilder builder, string name, string text)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ParameterText(name, text));

    /// <summary>The headers that it reads.</summary>
    public static TBuilder ReadsHeaders<TBuilder>(this TBuilder builder, params string[] names)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new HeaderNames(names));

    /// <summary>The preferences that it follows.</summary>
    public static TBuilder Follows<TBuilder>(this TBuilder builder, params string[] values)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Preferences(values));

    /// <summary>It is done as a job, and a client may prefer not to wait for its end.</summary>
    public static TBuilder IsJob<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.Follows(WireHeaders.RespondAsync);
}

/// <summary>What each header means. Which endpoint has which follows from what that says of itself.</summary>
internal static class HeaderTexts
{
    public const string IfMatch = "If-Match";
    public const string IfNoneMatch = "If-None-Match";
    public const string ETag = "ETag";
    public const string Location = "Location";
    public const string Link = "Link";
    public const string RequestId = "X-Request-Id";

    /// <summary>Those of requests.</summary>
    public static readonly IReadOnlyDictionary<string, string> Sent = new Dictionary<string, string>
    {
        [IfMatch] = "The entity tag that the row must have; else 412, and nothing is changed.",
        [IfNoneMatch] = "Entity tags that the client has: a row or a list that is among them is answered 304. Of a new row, *: it must "
            + "not be there yet.",
        [WireHeaders.IdempotencyKey] = "Tells a request that is sent again from another: it is done once, and answered as often as it is "
            + "sent. At most 255 printable characters, kept for a day.",
        [WireHeaders.ChangeReason] = "Why, for the history; letters beyond ASCII as percent and two digits for each byte of UTF-8.",
        [WireHeaders.ChangeDraft] = "The draft that the request is about instead of the exchange.",
        [RequestId] = "What the log and the answer call the request, instead of a name that the service makes: at most 64 letters, digits, "
            + "dashes, underscores, dots and colons.",
        [RemoteAsterisk.LastEventId] = "The id of the last event that the client has; the stream goes on behind it.",
    };

    /// <summary>Those of answers.</summary>
    public static readonly IReadOnlyDictionary<string, string> Answered = new Dictionary<string, string>
    {
        [RequestId] = "What the log calls the request.",
        [ETag] = "The entity tag of the row or list.",
        [Location] = "Where it is.",
        [RateLimits.Limit] = "How many requests a caller who is limited has in a minute.",
        [RateLimits.Remaining] = "How many of them are left.",
        [RateLimits.Reset] = "When there are more, in seconds since 1970.",
        [RateLimits.Policy] = "The limits of a caller who is limited, as draft-ietf-httpapi-ratelimit-headers has them.",
        [RateLimits.Left] = "What is left of them.",
        ["Retry-After"] = "Seconds to wait before it is worth another try, where that is known.",
        ["WWW-Authenticate"] = "How to send a token.",
        [WireHeaders.ChangeSet] = "The change set that the change was noted as, which undoes it; not there where nothing was changed.",
        [WireHeaders.Notice] = "What is to be known of the change, a line for each; percent and two digits for each byte beyond ASCII.",
        [WireHeaders.PreferenceApplied] = "The preferences that the answer follows, where it has a word for it.",
        [WireHeaders.IdempotentReplayed] = "true where the answer was given before.",
        [Link] = "Where the first page is (rel=\"first\"), and the next (rel=\"next\"), of a list that is asked for in pages.",
        [WireHeaders.TotalCount] = "How many rows the whole list has, of one that is asked for in part.",
        [WireHeaders.RowsMatched] = "How many records there are.",
        [WireHeaders.RowsSkipped] = "How many rows were left out, since they are no whole record.",
    };

    /// <summary>What preferences mean. (RFC 7240)</summary>
    public static readonly IReadOnlyDictionary<string, string> Preferred = new Dictionary<string, string>
    {
        [WireHeaders.DryRun] = "tells what would be done, and does nothing",
        [WireHeaders.HandlingStrict] = "refuses what cannot be written instead of ignoring it, and writes every column",
        [WireHeaders.ReturnRepresentation] = "answers all that there is instead of sark6api's body",
        [WireHeaders.RespondAsync] = "answers at once, with the job that does the work",
        [WireHeaders.AllowOtherTenant] = "lets a row name a destination of another tenant",
    };
}
