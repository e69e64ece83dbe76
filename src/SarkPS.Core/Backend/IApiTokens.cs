namespace SarkPS;

/// <summary>The tokens of the service of an exchange that are made and revoked while it runs. Those of its configuration are not among them.</summary>
public interface IApiTokens
{
    /// <summary>All of them by name, those that have expired among them.</summary>
    Task<IReadOnlyList<ApiToken>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes one. It is accepted at once, and from the first one on nobody is served without a token.</summary>
    /// <param name="wish">What it is to be.</param>
    /// <param name="cancellationToken">Ends it before it is made.</param>
    /// <exception cref="SarkValidationException">Something of it is not allowed.</exception>
    /// <exception cref="SarkConflictException">The name is taken.</exception>
    /// <exception cref="SarkDeniedException">It would allow more than the caller may do.</exception>
    Task<CreatedApiToken> CreateAsync(ApiTokenWish wish, CancellationToken cancellationToken = default);

    /// <summary>Revokes one. It is refused from the next request on.</summary>
    /// <exception cref="SarkNotFoundException">There is none of the name.</exception>
    Task RemoveAsync(string name, CancellationToken cancellationToken = default);
}
