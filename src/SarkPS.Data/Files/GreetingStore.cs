using System.Globalization;
using Microsoft.Data.Sqlite;

namespace SarkPS.Data.Files;

/// <summary>Greetings among Asterisk's sounds.</summary>
/// <param name="options">Where they lie and what is allowed.</param>
/// <param name="database">The live database, which says who plays them.</param>
internal sealed class GreetingStore(SarkOptions options, string database) : FileStore<Greeting>(FileStores.Greetings, options), IGreetingOperations
{
    // Where SARK keeps which greeting is played: noun for people, table and column. The value is the number, or the name without its ending.
    private static readonly (string Noun, string Table, string Column)[] Players =
    [
        ("IVR", "ivrmenu", "greetnum"), ("Queue", "Queue", "greetnum"), ("Ring group", "speed", "greeting"),
        ("Inbound route", "lineIO", "opengreet"), ("Inbound route", "lineIO", "closegreet"),
    ];

    // Asterisk runs under an account of its own and plays them.
    /// <inheritdoc/>
    protected override bool IsSecret => false;

    /// <inheritdoc/>
    protected override Task CheckUploadAsync(string name, string path, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var reason = Path.GetExtension(name) switch { ".wav" => AudioContent.WhyNotWave(file), ".gsm" => AudioContent.WhyNotGsm(file), _ => AudioContent.WhyNotMpeg(file) };
        return reason is null
            ? Task.CompletedTask
            : throw new SarkValidationException(Kind.Noun, name, [new(Kind.UploadField, ["The greeting must be a file of type: wav, mpeg.", $"'{name}' {reason}"])]);
    }

    /// <inheritdoc/>
    protected override async Task CheckUnusedAsync(string name, CancellationToken cancellationToken)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        // The same greeting in the other format goes on being played.
        if (!File.Exists(database) || Directory.EnumerateFiles(Folder, stem + ".*").Any(other => Kind.IsName(Path.GetFileName(other)) && Path.GetFileName(other) != name))
        {
            return;
        }

        var number = int.Parse(stem.AsSpan("usergreeting".Length), NumberStyles.None, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        var users = await DatabaseFile.ReadAsync(database, Kind.Noun, connection => Task.FromResult(UsersOf(connection, stem, number)), cancellationToken).ConfigureAwait(false);
        if (users.Count > 0)
        {
            throw new SarkConflictException(Kind.Noun, name, $"The greeting '{name}' is played by {string.Join(", ", users)}. It is removed all the same only when that is asked for.", users);
        }
    }

    private static List<string> UsersOf(SqliteConnection connection, string stem, string number)
    {
        var users = new List<string>();
        foreach (var (noun, table, column) in Players)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT pkey FROM \"{table}\" WHERE \"{column}\" = $stem OR (\"{column}\" NOT GLOB '*[^0-9]*' AND \"{column}\" <> '' AND CAST(\"{column}\" AS INTEGER) = CAST($number AS INTEGER)) ORDER BY pkey";
            command.Parameters.AddWithValue("$stem", stem);
            command.Parameters.AddWithValue("$number", number);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                users.Add($"{noun} {reader.GetString(0)}");
            }
        }

        return users;
    }
}
