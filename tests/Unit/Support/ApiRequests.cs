namespace SarkPS.Tests.Support;

/// <summary>Requests as a client in any language sends them.</summary>
internal static class ApiRequests
{
    /// <summary>Sends one.</summary>
    /// <param name="client">The client.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The address behind <c>/api/</c>.</param>
    /// <param name="body">The body, JSON or what is to be refused as such; null for none.</param>
    /// <param name="headers">Headers, taken as they are.</param>
    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/api/" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body, null, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }
}
