using System.Security.Cryptography;

namespace SarkPS.Service.Settings;

/// <summary>
/// Looks into the settings files every second. The system tells of a file that is written or replaced, but not of one that a
/// symbolic link leads to, as orchestrators and tools of configuration have it, and of none on some network file systems.
/// </summary>
internal sealed class SettingsWatch : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly List<(FileConfigurationProvider Provider, string Content)> files;
    private readonly Timer timer;

    /// <summary>Begins.</summary>
    public SettingsWatch(IConfigurationRoot configuration)
    {
        files = [.. configuration.Providers.OfType<FileConfigurationProvider>().Where(p => p.Source.ReloadOnChange)
            .Select(p => (p, Content(p)))];
        timer = new Timer(_ => Look());
        timer.Change(Pause, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private static string Content(FileConfigurationProvider provider)
    {
        if (provider.Source.FileProvider?.GetFileInfo(provider.Source.Path ?? "").PhysicalPath is not { } path)
        {
            return "";
        }

        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another state as well: gone, or not to be read.
            return error.GetType().Name;
        }
    }

    private void Look()
    {
        for (var i = 0; i < files.Count; i++)
        {
            var (provider, content) = files[i];
            var now = Content(provider);
            if (now == content)
            {
                continue;
            }

            files[i] = (provider, now);
            try
            {
                // Tells of itself, as if the system had noticed. Where it has, the second time changes nothing.
                provider.Load();
            }
            catch (Exception)
            {
                // Of whoever else follows the configuration; what the service makes of it is told there.
            }
        }

        try
        {
            timer.Change(Pause, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The service has ended meanwhile.
        }
    }
}
