using System.Security.Cryptography;
using System.Text;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data.Files;

/// <summary>
/// The files of Asterisk's configuration that belong to rows, as the hooks of their resources name them. The row goes
/// first: its file is put so after the commit. What is about to be done is noted beside the files before the commit, so that
/// whoever comes next finishes what a killed process has not. Of a file that somebody else wrote or changed nothing is
/// overwritten: those of SarkPS carry a line that tells them.
/// </summary>
/// <param name="folder">The folder of Asterisk's configuration.</param>
/// <param name="refusal">Why the folder is none of this exchange's, in a sentence; null where it is.</param>
/// <param name="isTree">Whether the folder lies in a tree of one's own, where it is made when it is missing.</param>
internal sealed class RowFiles(string folder, string? refusal, bool isTree)
{
    private const string NotePrefix = ".sarkps-row.";
    private const string NewRow = "new";
    private const string TemporaryPrefix = ".sarkps-file.";

    // A row may be changed while its file is written; so often it is looked at again.
    private const int MaximumRounds = 20;

    private const string Mark = "; Written by SarkPS, ";
    private const string MarkEnd = ". Once it is changed it is left as it is.";
    private const int SumLength = 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private int isRepaired;

    /// <summary>A change of one row that has files, from before its commit until they are as they should be.</summary>
    internal sealed class Plan(RowFiles files, ResourceDescriptor resource) : IDisposable
    {
        private TemporaryFile? note;
        private string? key;
        private IReadOnlyList<RowFile> before = [];
        private HashSet<string> known = [];
        private bool isNew;
        private bool isChanged;

        /// <summary>Notes what the files should be before the change; called inside its transaction.</summary>
        /// <param name="rowKey">The row.</param>
        /// <param name="row">The row as it is; null where it is made.</param>
        /// <param name="session">The transaction.</param>
        public void Begin(string rowKey, SarkRow? row, RowSession session)
        {
            key = rowKey;
            isNew = row is null;
            before = Wanted(resource, rowKey, row, session);
            known = [.. before.Select(f => f.Text).OfType<string>().Select(Body)];
        }

        /// <summary>Notes what they should be after it; the last that is done before the commit.</summary>
        /// <param name="row">The row as it will be; null where it is removed.</param>
        /// <param name="session">The transaction.</param>
        /// <param name="isRehearsal">Whether it is taken back anyway.</param>
        public void End(SarkRow? row, RowSession session, bool isRehearsal)
        {
            var after = Wanted(resource, key!, row, session);
            // Where this version of SARK has no such files, nothing is to be looked at again for each row of a large set.
            isChanged = Names(resource, session.Version).Any() && (isNew || row is null || !after.SequenceEqual(before));
            if (isChanged && !isRehearsal && after.Count > 0 && note is null)
            {
                note = files.WriteNote(resource, key!, isNew);
            }
        }

        /// <summary>Puts the files so; the change is committed. What goes wrong is told and not thrown: the row is stored.</summary>
        /// <param name="database">The database.</param>
        /// <param name="tell">Gets a sentence for each that could not be put so.</param>
        /// <param name="cancellationToken">Stops it.</param>
        public async Task SettleAsync(SqliteDatabase database, Action<string> tell, CancellationToken cancellationToken)
        {
            if (isChanged && key is not null)
            {
                await files.SettleAsync(database, resource, key, isNew, known, tell, cancellationToken).ConfigureAwait(false);
            }
        }

        /// <inheritdoc/>
        public void Dispose() => note?.Dispose();
    }

    /// <summary>Whether rows of a resource have files.</summary>
    public static bool Has(ResourceDescriptor resource) => resource.Hooks.FileNames.Count > 0;

    /// <summary>
    /// Compares rows and files, once for each of these objects and whenever it is asked for: finishes what killed processes
    /// have not, writes files that are missing or out of date, and takes away those that SarkPS wrote for rows that are gone.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="tell">Gets a sentence for each that could not be put right.</param>
    /// <param name="isAgain">Whether it is done though it was done before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RepairAsync(SqliteDatabase database, Action<string> tell, bool isAgain, CancellationToken cancellationToken)
    {
        if ((Interlocked.Exchange(ref isRepaired, 1) != 0 && !isAgain) || refusal is not null || !Directory.Exists(folder))
        {
            return;
        }

        var version = await database.ReadAsync(session => session.Version, cancellationToken).ConfigureAwait(false);
        var resources = SarkResources.All.Where(r => Names(r, version).Any()).ToArray();
        if (resources.Length == 0)
        {
            return;
        }

        await GuardAsync("the files that belong to rows", tell, async () =>
        {
            foreach (var left in Directory.GetFiles(folder, TemporaryPrefix + "*"))
            {
                FileClaim.DeleteIfAbandoned(left);
            }

            foreach (var left in Directory.GetFiles(folder, NotePrefix + "*"))
            {
                await FinishAsync(database, left, tell, cancellationToken).ConfigureAwait(false);
            }

            var names = Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).ToHashSet(StringComparer.Ordinal);
            foreach (var resource in resources)
            {
                await CompareAsync(database, resource, version, names, tell, cancellationToken).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private static IEnumerable<RowFileName> Names(ResourceDescriptor resource, SarkVersion version) =>
        resource.Hooks.FileNames.Where(n => version.IsSince(n.Since));

    private static List<RowFile> Wanted(ResourceDescriptor resource, string key, SarkRow? row, RowSession session) =>
        Names(resource, session.Version).Any() ? [.. resource.Hooks.FilesOf(key, row, session)] : [];

    private static SarkRow? Find(ResourceDescriptor resource, string key, RowSession session) =>
        session.Select(resource.Table, (resource.KeyColumn, key)).FirstOrDefault(row => resource.Filter?.Holds(row) != false);

    private async Task CompareAsync(
        SqliteDatabase database, ResourceDescriptor resource, SarkVersion version, HashSet<string> names, Action<string> tell,
        CancellationToken cancellationToken)
    {
        var (rows, wanted) = await database.ReadAsync(
            session =>
            {
                var all = session.Select(resource.Table)
                    .Where(row => resource.Filter?.Holds(row) != false && row.Text(resource.KeyColumn) is { Length: > 0 })
                    .ToArray();
                return (
                    all.Select(row => row.Text(resource.KeyColumn)!).ToHashSet(StringComparer.Ordinal),
                    all.SelectMany(row => Wanted(resource, row.Text(resource.KeyColumn)!, row, session).Select(
                        file => (Key: row.Text(resource.KeyColumn)!, File: file))).ToArray());
            },
            cancellationToken).ConfigureAwait(false);
        var due = wanted.Where(w => w.File.Text is not null
            ? !names.Contains(w.File.Name) || IsOutdated(w.File)
            : names.Contains(w.File.Name) && IsOurs(Read(w.File.Name))).Select(w => w.Key)
            // Whoever takes the key next would inherit it.
            .Concat(names.SelectMany(name => Names(resource, version).Select(n => n.KeyOf(name)).OfType<string>()
                .Where(key => !rows.Contains(key) && IsOurs(Read(name)))))
            .Distinct(StringComparer.Ordinal);
        foreach (var key in due.ToArray())
        {
            await SettleAsync(database, resource, key, isNew: false, [], tell, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsOutdated(RowFile file) => Read(file.Name) is { } text && IsOurs(text) && Body(text) != Body(file.Text!);

    private async Task FinishAsync(SqliteDatabase database, string note, Action<string> tell, CancellationToken cancellationToken)
    {
        using var claim = FileClaim.TakeAbandoned(note);
        if (claim is null)
        {
            return;
        }

        if (claim.ReadText().Split('\n') is [var noun, var key, var kind]
            && SarkResources.All.FirstOrDefault(r => r.Noun == noun) is { } resource
            && Has(resource))
        {
            await SettleAsync(database, resource, key, kind == NewRow, [], tell, cancellationToken).ConfigureAwait(false);
        }

        File.Delete(note);
    }

    // The row is read again after the files were written: whoever changed it meanwhile may have written them before us.
    private async Task SettleAsync(
        SqliteDatabase database,
        ResourceDescriptor resource,
        string key,
        bool isNew,
        HashSet<string> known,
        Action<string> tell,
        CancellationToken cancellationToken)
    {
        var wanted = await ReadWantedAsync(isThere: true).ConfigureAwait(false);
        // A row that is new does not inherit what another of its key has left.
        var left = isNew ? await ReadWantedAsync(isThere: false).ConfigureAwait(false) : [];
        if (wanted.Count == 0)
        {
            return;
        }

        var what = $"{SarkText.Words(resource.Noun)} '{key}'";
        if (refusal is not null)
        {
            var names = wanted.Where(f => f.Text is not null || !f.IsOnlyOurs).Select(f => $"'{f.Name}'").ToArray();
            if (names.Length > 0)
            {
                tell($"The change of the {what} is stored, but SARK needs {string.Join(" and ", names)} in {folder} to be as the row "
                    + $"says, and no file of this machine was touched. {refusal}");
            }

            return;
        }

        await GuardAsync($"the files of the {what}, whose row is stored,", tell, async () =>
        {
            for (var round = 0; round < MaximumRounds; round++)
            {
                foreach (var file in left.Concat(wanted))
                {
                    Put(file, known, what, tell);
                }

                left = [];
                var now = await ReadWantedAsync(isThere: true).ConfigureAwait(false);
                if (now.SequenceEqual(wanted))
                {
                    return;
                }

                wanted = now;
            }
        }).ConfigureAwait(false);

        Task<List<RowFile>> ReadWantedAsync(bool isThere) =>
            database.ReadAsync(session => Wanted(resource, key, isThere ? Find(resource, key, session) : null, session), cancellationToken);
    }

    private void Put(RowFile file, HashSet<string> known, string what, Action<string> tell)
    {
        if (Path.GetFileName(file.Name) != file.Name)
        {
            tell($"The {what} has no file of Asterisk's configuration: '{SarkText.Printable(file.Name)}' is no name of one.");
            return;
        }

        var path = Path.Combine(folder, file.Name);
        var there = Read(file.Name);
        if (file.Text is null)
        {
            if (there is not null && (!file.IsOnlyOurs || IsOurs(there)))
            {
                File.Delete(path);
                Posix.FlushFolder(folder);
            }

            return;
        }

        if (there is not null && Body(there) == Body(file.Text))
        {
            return;
        }

        if (there is not null && !IsOurs(there) && !known.Contains(Body(there)))
        {
            tell($"The file '{path}' was changed by hand, or not written by SarkPS, and stays as it is. Where it does not take its "
                + $"values from the row, change it there, or remove it: the next change of the {what} makes it anew.");
            return;
        }

        if (isTree)
        {
            Directory.CreateDirectory(folder);
        }

        using var temporary = new TemporaryFile(Path.Combine(folder, $"{TemporaryPrefix}{Guid.NewGuid():N}"));
        File.WriteAllText(temporary.Path, Marked(file.Text), Utf8);
        if (Posix.Status(path) is { } old)
        {
            Posix.Like(temporary.Path, old);
        }
        else if (Posix.Status(folder) is { } own)
        {
            // It holds a password, and SARK's pages, which run as another account, change it.
            Posix.DressAsSecret(temporary.Path, own, isWritable: true);
        }

        using (var stream = new FileStream(temporary.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary.Path, path, overwrite: true);
        Posix.FlushFolder(folder);
    }

    // Without a note the change is made all the same: what cannot be written now is told afterwards.
    private TemporaryFile? WriteNote(ResourceDescriptor resource, string key, bool isNew)
    {
        if (refusal is not null)
        {
            return null;
        }

        try
        {
            if (isTree)
            {
                Directory.CreateDirectory(folder);
            }

            var note = new TemporaryFile(Path.Combine(folder, $"{NotePrefix}{Guid.NewGuid():N}"));
            using var stream = note.Write();
            stream.Write(Utf8.GetBytes($"{resource.Noun}\n{key}\n{(isNew ? NewRow : "")}"));
            stream.Flush(flushToDisk: true);
            return note;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task GuardAsync(string what, Action<string> tell, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            tell($"In Asterisk's configuration {what} could not be put right: {e.Message} It is tried again at the next connection and "
                + "the next change.");
        }
    }

    private string? Read(string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllText(path, Utf8) : null;
    }

    private static string Marked(string text)
    {
        var body = Body(text);
        return $"{Mark}{Sum(body)}{MarkEnd}\n{body}\n";
    }

    // A page that shows a file and stores it again changes the ends of its lines.
    private static string Body(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return string.Join('\n', lines.Where(line => !line.StartsWith(Mark, StringComparison.Ordinal))).Trim();
    }

    private static bool IsOurs(string? text) =>
        text is not null && text.StartsWith(Mark, StringComparison.Ordinal)
            && text.AsSpan(Mark.Length).StartsWith(Sum(Body(text)), StringComparison.Ordinal);

    private static string Sum(string body) => Convert.ToHexString(SHA256.HashData(Utf8.GetBytes(body)))[..SumLength].ToLowerInvariant();
}
