using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data.Files;

/// <summary>The files that belong to the rows of one change set, from before its commit until they are as they should be.</summary>
/// <param name="files">Where they are.</param>
/// <param name="isRehearsal">Whether all is taken back anyway.</param>
internal sealed class SetFiles(RowFiles files, bool isRehearsal) : IDisposable
{
    private readonly List<RowFiles.Plan> plans = [];

    /// <summary>How many rows with files there are so far.</summary>
    public int Count => plans.Count;

    /// <summary>Begins with a row; called inside the transaction, before it is changed.</summary>
    /// <returns>What is told of it when it is changed; null where its resource has no files.</returns>
    public Begun? Begin(ResourceDescriptor resource, string key, SarkRow? row, RowSession session)
    {
        if (!RowFiles.Has(resource))
        {
            return null;
        }

        var plan = new RowFiles.Plan(files, resource);
        plans.Add(plan);
        plan.Begin(key, row, session);
        return new Begun(plan, isRehearsal);
    }

    /// <summary>Forgets the rows since; what was done to them is taken back.</summary>
    /// <param name="count">How many there were then.</param>
    public void Truncate(int count)
    {
        for (var i = plans.Count - 1; i >= count; i--)
        {
            plans[i].Dispose();
            plans.RemoveAt(i);
        }
    }

    /// <summary>Puts the files right; the set is committed. What goes wrong is told and not thrown: the rows are stored.</summary>
    public async Task SettleAsync(SqliteDatabase database, Action<string> tell)
    {
        if (isRehearsal)
        {
            return;
        }

        foreach (var plan in plans)
        {
            // That nobody waits for the answer any more is no reason to leave a file as it was.
            await plan.SettleAsync(database, tell, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Truncate(0);

    /// <summary>A row that is about to be changed.</summary>
    internal sealed record Begun(RowFiles.Plan Plan, bool IsRehearsal)
    {
        /// <summary>Notes what the files should be since.</summary>
        /// <param name="row">The row as it is; null where it is removed.</param>
        /// <param name="session">The transaction.</param>
        public void End(SarkRow? row, RowSession session) => Plan.End(row, session, IsRehearsal);
    }
}
