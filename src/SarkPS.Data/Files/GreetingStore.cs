using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Files;

/// <summary>Greetings among Asterisk's sounds.</summary>
/// <param name="options">Where they lie and what is allowed.</param>
/// <param name="database">The live database, which says who plays them.</param>
internal sealed class GreetingStore(SarkOptions options, SqliteDatabase database) :
    FileStore<Greeting>(FileStores.Greetings, options),
    IGreetingOperations
{
    // Asterisk runs under an account of its own and plays them.
    /// <inheritdoc/>
    protected override bool IsSecret => false;

    /// <inheritdoc/>
    protected override Task CheckUploadAsync(string name, string path, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var reason = Path.GetExtension(name) switch
        {
            ".wav" => AudioContent.WhyNotWave(file),
            ".gsm" => AudioContent.WhyNotGsm(
            file),
            _ => AudioContent.WhyNotMpeg(file)
        };
        return reason is null
            ? Task.CompletedTask
            : throw new SarkValidationException(
                Kind.Noun,
                name,
                [new(Kind.UploadField, ["The greeting must be a file of type: wav, mpeg.", $"'{name}' {reason}"])]);
    }

    /// <inheritdoc/>
    protected override async Task CheckUnusedAsync(string name, CancellationToken cancellationToken)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        // The same greeting in the other format goes on being played.
        if (!File.Exists(database.Path) || Directory.EnumerateFiles(Folder, stem + ".*")
            .Any(other => Kind.IsName(Path.GetFileName(other)) && Path.GetFileName(other) != name))
        {
            return;
        }

        var users = await database.ReadAsync(session => Dependants.Find(session, Kind.Noun, stem), cancellationToken).ConfigureAwait(false);
        if (users.Count > 0)
        {
            throw new SarkConflictException(
                Kind.Noun,
                name,
                $"The greeting '{name}' is played by {string.Join(", ", users)}. It is removed all the same only when that is asked for.",
                users);
        }
    }
}
