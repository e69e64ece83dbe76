using SarkPS.Service.Auth;

namespace SarkPS.Service.Settings;

/// <summary>The log's first lines: what is served to whom, which settings were read, and what is missing.</summary>
internal static class StartReport
{
    public static void Write(IServiceProvider services, IConfiguration configuration)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("SarkPS.Service");
        var read = SettingsFiles.Read(configuration);
        logger.LogInformation(
            "Settings were read from {Files}, the environment and the command line",
            read.Count == 0 ? "no file" : string.Join(", ", read));
        foreach (var file in SettingsFiles.NotRead(read))
        {
            logger.LogWarning(
                "The settings file {File} is not read: it lies in another folder or has another name than those that are",
                file);
        }

        var settings = services.GetRequiredService<ServiceSettings>();
        var state = settings.Current;
        logger.LogInformation("Callers: {Who}", settings.Callers);
        foreach (var token in state.Tokens.All.Where(t => t.Expires <= services.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            logger.LogWarning("The token '{Token}' has expired", token.Name);
        }

        var backend = services.GetRequiredService<ISarkBackend>();
        logger.LogInformation("The database is {Database}, of SARK {Version}", backend.Location, backend.Version?.Name ?? "?");
        if (Unusable(backend) is { } why)
        {
            logger.LogWarning(
                "The database {Database} {Why}; requests that need it answer 503 until that is put right",
                backend.Location,
                why);
        }

        if (backend.Coverage == ExchangeCoverage.Database)
        {
            return;
        }

        var options = services.GetRequiredService<SarkOptions>();
        (string Name, string Path)[] folders =
        [
            ("snapshots", options.Rooted(options.Paths.Snapshots)), ("backups", options.Rooted(
                options.Paths.Backups)), ("greetings", options.Rooted(options.Paths.Greetings)),
            ("voicemail", options.Rooted(options.Paths.Voicemail)), ("Asterisk", options.Rooted(options.Paths.Asterisk)),
        ];
        logger.LogInformation("The folders are {Folders}", string.Join(", ", folders.Select(f => $"{f.Path} ({f.Name})")));
        if (folders.Where(f => !Directory.Exists(f.Path)).ToArray() is { Length: > 0 } missing)
        {
            logger.LogWarning("Not there: {Folders}", string.Join(", ", missing.Select(f => $"{f.Path} ({f.Name})")));
        }
    }

    // Not by looking into the file: who closes it lets go of the locks that SQLite has on it in this process.
    private static string? Unusable(ISarkBackend backend)
    {
        var file = new FileInfo(backend.Location);
        if (Directory.Exists(backend.Location) || !file.Exists)
        {
            return Directory.Exists(backend.Location) ? "is a folder, and must be a file" : "is not there";
        }

        if (file.Length == 0)
        {
            return "is an empty file, and no database";
        }

        try
        {
            backend.Tables.ListAsync(Global.Descriptor, null, CancellationToken.None).GetAwaiter().GetResult();
            return null;
        }
        catch (SarkException error)
        {
            return $"cannot be used: {error.Message.TrimEnd('.')}";
        }
    }
}
