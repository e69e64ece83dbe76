namespace SarkPS;

/// <summary>How a job stands.</summary>
public enum JobState
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It came to its end.</summary>
    Completed,

    /// <summary>It was told to stop, and could; nothing was changed.</summary>
    Stopped,

    /// <summary>It failed.</summary>
    Failed,
}

/// <summary>
/// Long work on an exchange, such as a backup. It belongs to the exchange and not to who asked for it: it goes on when the
/// caller leaves, and what became of it can be asked for as long as the exchange remembers.
/// </summary>
/// <param name="Id">Its name, a UUID.</param>
/// <param name="Activity">What is done, such as <c>Restoring sark.db.1700000000</c>.</param>
/// <param name="State">How it stands.</param>
/// <param name="Started">When it began.</param>
public sealed record Job(string Id, string Activity, JobState State, DateTimeOffset Started)
{
    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How far it is; null where it does not say.</summary>
    public OperationProgress? Progress { get; init; }

    /// <summary>What it told meanwhile, one sentence each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Its result, when it is complete and has one.</summary>
    public object? Result { get; init; }

    /// <summary>Why it failed, when it has.</summary>
    public SarkException? Error { get; init; }
}
