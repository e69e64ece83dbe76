using System.Text.Json;

namespace SarkPS.Remote;

/// <summary>The tokens of a service, over HTTP.</summary>
internal sealed class RemoteApiTokens(SarkHttpClient client) : RemoteOperations(client), IApiTokens
{
    public async Task<IReadOnlyList<ApiToken>> ListAsync(CancellationToken cancellationToken = default) =>
        await CallAsync<ApiToken[]>(HttpMethod.Get, WireHeaders.ApiTokens, null, null, cancellationToken).ConfigureAwait(false);

    public Task<CreatedApiToken> CreateAsync(ApiTokenWish wish, CancellationToken cancellationToken = default) =>
        CallAsync<CreatedApiToken>(
            HttpMethod.Post,
            WireHeaders.ApiTokens,
            JsonSerializer.SerializeToNode(wish, OperationJson.Options),
            null,
            cancellationToken);

    public Task RemoveAsync(string name, CancellationToken cancellationToken = default) =>
        Client.SendAsync(
            HttpMethod.Delete,
            $"{WireHeaders.ApiTokens}/{SarkHttpClient.Escape(name, ApiToken.Noun)}",
            null,
            cancellationToken);
}
