using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SarkPS.Remote;

/// <summary>The jobs of a service.</summary>
internal sealed class RemoteJobs(SarkHttpClient client) : RemoteOperations(client), IJobs
{
    private const int MostAttempts = 5;

    // How long the end of a job is waited for that was told to stop.
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<Job>> ListAsync(CancellationToken cancellationToken = default) =>
        await CallAsync<Job[]>(HttpMethod.Get, WireHeaders.Jobs, null, null, cancellationToken).ConfigureAwait(false);

    public Task<Job> GetAsync(string id, CancellationToken cancellationToken = default) =>
        CallAsync<Job>(HttpMethod.Get, Item(id), null, null, cancellationToken);

    public Task StopAsync(string id, CancellationToken cancellationToken = default) =>
        Client.SendAsync(HttpMethod.Delete, Item(id), null, cancellationToken);

    public async IAsyncEnumerable<Job> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await Client.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, Client.Resolve(Item(id)));
                request.Headers.Accept.ParseAdd(OperationJson.Lines);
                request.Headers.Accept.ParseAdd(WireHeaders.Problem);
                return request;
            },
            HttpCompletionOption.ResponseHeadersRead,
            Unlimited,
            cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (await Client.ReceiveAsync(async () => await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false))
            .ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                // A sign of life.
                continue;
            }

            yield return Client.Understand(() => JsonSerializer.Deserialize<Job>(line, OperationJson.Options))
                ?? throw Client.NotUnderstood(null);
        }
    }

    /// <summary>
    /// Waits for the end of a job, and tells how far it is and what it has to say. When the caller gives up it is told to
    /// stop, and its end is still waited for. A connection that breaks is made anew: the job goes on without it.
    /// </summary>
    /// <param name="job">The job, as it was begun.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Job> EndAsync(Job job, IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource();
        using var stop = cancellationToken.Register(() =>
        {
            end.CancelAfter(OutcomeLimit);
            _ = StopAsync(job.Id, end.Token).ContinueWith(told => told.Exception, TaskScheduler.Default);
        });
        var told = 0;
        try
        {
            for (var attempt = 0; job.Ended is null; attempt++)
            {
                try
                {
                    await foreach (var now in WatchAsync(job.Id, end.Token).ConfigureAwait(false))
                    {
                        job = now;
                        attempt = 0;
                        if (job.Progress is { } report)
                        {
                            progress?.Report(report);
                        }

                        for (; told < job.Notices.Count; told++)
                        {
                            Notices.Tell(job.Notices[told]);
                        }
                    }
                }
                catch (SarkUnreachableException) when (attempt < MostAttempts)
                {
                    // Asked again below.
                }

                if (job.Ended is null)
                {
                    // The connection broke, or the service is about to end and waits for the job.
                    await Task.Delay(Pause, end.Token).ConfigureAwait(false);
                }
            }

            return job;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw new SarkUnavailableException("Service", Client.Address,
                $"The service at {Client.Address} was told to stop, and still goes on: {job.Activity}. Get-SarkJob {job.Id} tells what "
                    + "becomes of it.");
        }
    }

    private static string Item(string id) => $"{WireHeaders.Jobs}/{SarkHttpClient.Escape(id, JobList.Noun)}";
}
