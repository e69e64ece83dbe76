using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Service.Auth;

namespace SarkPS.Service.History;

/// <summary>
/// With the header <c>X-Change-Draft</c> a request is about a draft and not about the exchange. What cannot be part of one is
/// refused, and so is a draft that the caller does not have: without it the exchange itself would be read or changed.
/// </summary>
internal sealed class DraftMiddleware(RequestDelegate next)
{
    /// <summary>The draft that a request is about; null where it is about the exchange.</summary>
    public static IAnsweredDraft? Of(HttpContext context) => context.Features.Get<Drafts.Use>()?.Draft;

    public Task InvokeAsync(HttpContext context) =>
        context.Request.Headers.TryGetValue(WireHeaders.ChangeDraft, out var header) && context.GetEndpoint() is RouteEndpoint
            ? RunAsync(context, header.ToString().Trim())
            : next(context);

    private async Task RunAsync(HttpContext context, string id)
    {
        var isChange = Effect.Changes(context);
        if (context.GetEndpoint()!.Metadata.GetMetadata<TakesDraft>() is null)
        {
            if (isChange)
            {
                throw new SarkException(
                    SarkErrorKind.BadRequest,
                    "Draft",
                    id,
                    $"{context.Request.Method} {RawPath.Printable(context)} cannot be part of a draft: it changes something else than rows, "
                        + $"or more than one can take back. Send it without {WireHeaders.ChangeDraft}, once the draft is applied. Nothing "
                        + "was changed.");
            }

            await next(context).ConfigureAwait(false);
            return;
        }

        var drafts = context.RequestServices.GetRequiredService<Drafts>();
        using var use = drafts.Take(id, Caller.Origin(context).Actor) ?? throw drafts.Unknown(SarkErrorKind.Stale, id);
        var most = context.RequestServices.GetRequiredService<ServiceSettings>().Current.Options.BatchSteps;
        if (isChange && use.Draft.Count >= most)
        {
            throw new SarkException(
                SarkErrorKind.TooLarge,
                "Draft",
                id,
                $"The draft has {use.Draft.Count} steps, and {most} are taken at most (Sark:Service:BatchSteps). This one was not added.");
        }

        context.Features.Set(use);
        context.Response.Headers[WireHeaders.ChangeDraft] = id;
        await next(context).ConfigureAwait(false);
    }
}

/// <summary>Says that a route reads or changes rows, which a draft has too.</summary>
internal sealed record TakesDraft;

/// <summary>Says it where routes are mapped.</summary>
internal static class TakesDraftRules
{
    /// <summary>It is about a draft where a request says so.</summary>
    public static TBuilder TakesDrafts<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new TakesDraft());
}
