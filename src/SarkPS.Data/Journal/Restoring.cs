using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Journal;

/// <summary>What became of a replacement beside the database itself.</summary>
/// <param name="Kept">What the database before was kept as.</param>
/// <param name="ChangeSet">The set that the history tells it as; null where it could not be noted.</param>
/// <param name="Warning">Why not; null where it was.</param>
internal sealed record Replaced(string? Kept, string? ChangeSet, string? Warning);

/// <summary>
/// Puts a copy in the place of the database: in the turn of the writer, so that no change goes into a file that is on its way out,
/// and with the journal told before. What takes the place carries a marker that is in no other, so that whoever next holds the lock
/// sees whether it came about, also when this process was killed.
/// </summary>
/// <param name="database">The database that is replaced.</param>
internal sealed class Restoring(SqliteDatabase database)
{
    /// <summary>Replaces it.</summary>
    /// <param name="copy">What takes its place: a file of its own, which has been checked, and is written into.</param>
    /// <param name="name">What the history calls it.</param>
    /// <param name="note">Who does it, and why.</param>
    /// <param name="noun">What messages speak of.</param>
    /// <param name="keep">Keeps the database as it is, and says as what.</param>
    /// <param name="cancellationToken">Ends it before the database is replaced.</param>
    public async Task<Replaced> ReplaceAsync(
        string copy,
        string name,
        ChangeNote note,
        string noun,
        Func<Task<string?>> keep,
        CancellationToken cancellationToken)
    {
        try
        {
            return await database.Writer.RunAloneAsync(
                async wait =>
                {
                    var (intent, warning) = await IntendAsync(wait, name, note).ConfigureAwait(false);
                    try
                    {
                        // It has what others of this process have changed until now; what they change later goes into what has come.
                        var kept = await keep().ConfigureAwait(false);
                        if (intent is not null)
                        {
                            Mark(copy, intent.Marker);
                        }

                        await DatabaseFile.ReplaceAsync(copy, database.Path, noun, cancellationToken).ConfigureAwait(false);
                        return new Replaced(kept, intent?.Set, warning);
                    }
                    finally
                    {
                        if (intent is not null)
                        {
                            await SettleAsync(intent).ConfigureAwait(false);
                        }
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (SarkUnavailableException error) when (error.Noun == SqliteErrors.Noun)
        {
            // Of the lock. What is worked on is what is restored.
            throw new SarkUnavailableException(noun, error.Target, error.Message, error)
            {
                RetryAfter = error.RetryAfter,
                FilePath = error.FilePath,
            };
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, database.Path, noun);
        }
    }

    /// <summary>
    /// Says that what happened to the database since a restore belongs to it: SARK may have loaded it anew, which the journal takes
    /// for another restore.
    /// </summary>
    /// <param name="changeSet">The set of the restore.</param>
    public async Task EndAsync(string changeSet)
    {
        try
        {
            await database.Writer.RunAloneAsync(
                async wait =>
                {
                    await database.Writer.LookAsync(wait, _ => database.Ledger!.File.Follow(changeSet)).ConfigureAwait(false);
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SarkException or SqliteException or JournalException)
        {
            // It stands in the history all the same, as of before the database was loaded anew.
        }
    }

    private async Task<(Intent? Intent, string? Warning)> IntendAsync(LockWait wait, string name, ChangeNote note)
    {
        if (database.Ledger is not { } ledger)
        {
            return (null, null);
        }

        try
        {
            Intent? intent = null;
            try
            {
                await database.Writer.LookAsync(wait, state => intent = Intend(state)).ConfigureAwait(false);
            }
            catch (SqliteException error) when (SqliteErrors.IsUnsound(error) || error.SqliteErrorCode == SQLitePCL.raw.SQLITE_CANTOPEN)
            {
                // There is no database whose lock anybody could hold.
                ledger.File.Begin();
                intent = Intend(ledger.File.ReadState());
            }

            return (intent, null);
        }
        catch (JournalException error)
        {
            // It may be what puts things right, so it is done all the same; the journal finds another database and says so.
            return (null, ledger.NotNoted("This restore", error));
        }

        Intent Intend(KnownState? known)
        {
            var set = new JournalSet(ledger.NewSetId(), ChangeCause.Restore, note.Origin, note.Reason, null, [])
            {
                Event = RowAction.Restored,
                Subject = name,
            };
            var marker = ChangeLedger.NewMarker(known);
            ledger.File.Intend(marker, set);
            return new Intent(marker, set.Id);
        }
    }

    // Whoever looks at the database sees by its marker what became of it; where that is now not possible, whoever comes next does.
    private async Task SettleAsync(Intent intent)
    {
        try
        {
            await database.Writer.LookAsync(database.StartWait(), state =>
            {
                if (state.Marker != intent.Marker)
                {
                    database.Ledger!.Discard(intent.Marker);
                }
            }).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SarkException or SqliteException or JournalException)
        {
            // It has been noted what was meant to be done.
        }
    }

    private static void Mark(string copy, int marker)
    {
        using var connection = DatabaseFile.Open(copy, SqliteOpenMode.ReadWrite);
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {marker}"));
    }

    private sealed record Intent(int Marker, string Set);
}
