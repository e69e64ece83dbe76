namespace SarkPS.Tests.Support;

/// <summary>A clock that stands still.</summary>
/// <param name="now">Where it stands.</param>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
}
