namespace SarkPS;

/// <summary>The long work of an exchange: what goes on, and the newest of what has ended.</summary>
public interface IJobs
{
    /// <summary>All that are remembered, the newest first.</summary>
    Task<IReadOnlyList<Job>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One of them, as it stands.</summary>
    /// <exception cref="SarkNotFoundException">There is none, or it was long ago.</exception>
    Task<Job> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>One of them, as it stands and whenever that changes, until it has ended.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="cancellationToken">Ends the watching, and not the job.</param>
    /// <exception cref="SarkNotFoundException">There is none, or it was long ago.</exception>
    IAsyncEnumerable<Job> WatchAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells it to stop. It does where that leaves nothing half done; past a certain point it goes on to its end. Its state
    /// says which it was.
    /// </summary>
    /// <exception cref="SarkNotFoundException">There is none, or it was long ago.</exception>
    Task StopAsync(string id, CancellationToken cancellationToken = default);
}
