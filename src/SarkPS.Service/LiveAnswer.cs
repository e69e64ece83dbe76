namespace SarkPS.Service;

/// <summary>Answers that go on while there is something to tell.</summary>
internal static class LiveAnswer
{
    // A sign of life now and then keeps proxies from closing a stream on which nothing happens.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Writes things as they come, until there are no more, the client leaves or the service ends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="contentType">What they are written as.</param>
    /// <param name="watch">The things. A failure before the first one, where nothing is sent before it, has a status of its own.</param>
    /// <param name="text">One of them as it is written.</param>
    /// <param name="heartbeat">What says nothing.</param>
    /// <param name="opening">What is sent before the first one, so that the client knows that it is listened to; null for nothing.</param>
    public static async Task WriteAsync<T>(
        HttpContext context, string contentType, Func<CancellationToken, IAsyncEnumerable<T>> watch, Func<T, string> text,
        string heartbeat, string? opening = null)
    {
        // Who asks for the head alone is not kept waiting for an end that does not come.
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = contentType;
            return;
        }

        // An open stream must not hold up the end of the service.
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await using var things = watch(end.Token).GetAsyncEnumerator(end.Token);
        var next = things.MoveNextAsync().AsTask();
        try
        {
            if (opening is null)
            {
                await Task.WhenAny(next).ConfigureAwait(false);
                if (next.IsFaulted)
                {
                    await next.ConfigureAwait(false);
                }
            }

            context.Response.ContentType = contentType;
            context.Response.Headers.CacheControl = "no-store";
            await SendAsync(opening ?? "").ConfigureAwait(false);
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(Heartbeat, end.Token)).ConfigureAwait(false) != next)
                {
                    end.Token.ThrowIfCancellationRequested();
                    await SendAsync(heartbeat).ConfigureAwait(false);
                    continue;
                }

                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                await SendAsync(text(things.Current)).ConfigureAwait(false);
                next = things.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left, or the service ends: that is how a stream ends.
        }
        finally
        {
            // An enumerator may not be disposed of while it is being waited for.
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(next).ConfigureAwait(false);
        }

        async Task SendAsync(string part)
        {
            await context.Response.WriteAsync(part, end.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
        }
    }
}
