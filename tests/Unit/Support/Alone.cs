namespace SarkPS.Tests.Support;

/// <summary>
/// Tests that count what the whole process holds (files, threads) or how long many wait together: they run one after another,
/// once all others are through, because what those hold would be counted with theirs.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The name to give to <see cref="CollectionAttribute"/>.</summary>
    public const string Name = "Alone";
}
