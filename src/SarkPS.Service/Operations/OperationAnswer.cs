using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.History;

namespace SarkPS.Service.Operations;

/// <summary>What the routes of operations have in common: who gets which form of an answer.</summary>
internal static class OperationAnswer
{
    /// <summary>What only reads.</summary>
    public static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// GET as sark6api has it, and POST beside it: a GET that changes something can be called by accident. Goes with
    /// <see cref="Auth.AccessRules.ChangesByGet"/>.
    /// </summary>
    public static readonly string[] Doing = [HttpMethods.Get, HttpMethods.Post];

    /// <summary>The exchange.</summary>
    public static ISarkBackend Backend(HttpContext context) => context.RequestServices.GetRequiredService<ISarkBackend>();

    /// <summary>The rows of the exchange, or of the draft that a request is about.</summary>
    public static ITableOperations Tables(HttpContext context) => DraftMiddleware.Of(context)?.Tables ?? Backend(context).Tables;

    /// <summary>Answers with the result, or with sark6api's body made from it.</summary>
    public static Task WriteAsync<T>(HttpContext context, T result, Func<T, JsonNode> original) =>
        JsonAnswer.WriteAsync(context, ClientWish.WantsRepresentation(context.Request)
        ? JsonSerializer.SerializeToNode(result, OperationJson.Options)!
        : original(result));

    /// <summary>
    /// Runs a handler whose failures have bodies of their own in sark6api. Clients that read problem details get those.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="original">Status and body of a failure, or null when it has no body of its own.</param>
    public static async Task WithOriginalErrorsAsync(
        HttpContext context,
        Func<Task> handler,
        Func<SarkException, (int Status, JsonNode Body)?> original)
    {
        try
        {
            await handler().ConfigureAwait(false);
        }
        catch (SarkException error) when (!context.Response.HasStarted
            && !ClientWish.WantsProblem(context.Request)
            && original(error) is { } known)
        {
            context.Response.StatusCode = known.Status;
            await JsonAnswer.WriteAsync(context, known.Body).ConfigureAwait(false);
        }
    }
}
