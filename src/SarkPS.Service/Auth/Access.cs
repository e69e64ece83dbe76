using Microsoft.AspNetCore.Routing;

namespace SarkPS.Service.Auth;

/// <summary>Says that the method of an endpoint does not tell whether it changes the exchange.</summary>
/// <param name="IsChange">Whether it does.</param>
internal sealed record Effect(bool IsChange)
{
    /// <summary>Whether a request changes the exchange: what the endpoint says, else what its method means.</summary>
    public static bool Changes(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<Effect>()?.IsChange ?? !IsReading(context.Request.Method);

    /// <summary>Whether any request to an endpoint may change the exchange.</summary>
    /// <param name="said">What the endpoint says of itself.</param>
    public static bool Of(IEnumerable<object> said) => said.OfType<Effect>().LastOrDefault()?.IsChange
        ?? said.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods.Any(m => !IsReading(m)) == true;

    private static bool IsReading(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}

/// <summary>Says where routes are mapped who may use them. A route of which nothing is said is closed: see <see cref="Unsaid"/>.</summary>
internal static class AccessRules
{
    /// <summary>A token with a scope.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(scope);

    /// <summary>Any valid token.</summary>
    public static TBuilder NeedsAnyToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization();

    /// <summary>No token: says nothing of the exchange.</summary>
    public static TBuilder IsPublic<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AllowAnonymous();

    /// <summary>Marks a GET of the documentation that changes something.</summary>
    public static TBuilder ChangesByGet<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Effect(IsChange: true));

    /// <summary>Marks a POST that changes nothing of the exchange.</summary>
    public static TBuilder ChangesNothing<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Effect(IsChange: false));
}
