namespace SarkPS.Service.Auth;

/// <summary>What an endpoint asks of its caller. Every endpoint of the service has one: see <see cref="AccessRules.CheckAll"/>.</summary>
/// <param name="Scope">The scope that a token must have; null where any valid token will do.</param>
/// <param name="Changes">Whether it changes the exchange, whatever its method.</param>
/// <param name="IsPublic">Whether no token is asked for.</param>
internal sealed record Access(string? Scope, bool Changes, bool IsPublic = false);

/// <summary>Says it where routes are mapped.</summary>
internal static class AccessRules
{
    /// <summary>Table rows and whatever else is read by GET and written by the other methods.</summary>
    public static TBuilder NeedsReadOrWrite<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.Needs(changes => changes ? Tokens.Write : Tokens.Read);

    /// <summary>One scope for all methods.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.Needs(_ => scope);

    /// <summary>Any valid token.</summary>
    public static TBuilder NeedsAnyToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.Needs(_ => null);

    /// <summary>No token: says nothing of the exchange.</summary>
    public static TBuilder IsPublic<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new Access(null, Changes: false, IsPublic: true)));
        return builder;
    }

    /// <summary>Marks a GET of the documentation that changes something.</summary>
    public static TBuilder ChangesByGet<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        // Last of all: what is needed is said by the group around, which comes first.
        builder.Finally(endpoint => endpoint.Metadata.Add(endpoint.Metadata.OfType<Access>().Last() with { Changes = true }));
        return builder;
    }

    /// <summary>Refuses to serve an endpoint of which nobody said what it needs.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public static void CheckAll(IEnumerable<Endpoint> endpoints)
    {
        if (endpoints.FirstOrDefault(e => e.Metadata.GetMetadata<Access>() is null) is { } endpoint)
        {
            throw new InvalidOperationException($"The endpoint {endpoint.DisplayName} says nothing of the access that it needs.");
        }
    }

    private static TBuilder Needs<TBuilder>(this TBuilder builder, Func<bool, string?> scope)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint =>
        {
            var methods = endpoint.Metadata.OfType<HttpMethodMetadata>().LastOrDefault()?.HttpMethods ?? [];
            var changes = !methods.Any(m => HttpMethods.IsGet(m) || HttpMethods.IsHead(m));
            endpoint.Metadata.Add(new Access(scope(changes), changes));
        });
        return builder;
    }
}
