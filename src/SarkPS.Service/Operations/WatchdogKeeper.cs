using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting.Systemd;

namespace SarkPS.Service.Operations;

/// <summary>
/// Tells systemd that the service still answers, where its unit says <c>WatchdogSec</c>: twice in that time it asks itself, over the
/// network as a client would, and says so only when it was answered. systemd starts anew what has stopped to.
/// (https://www.freedesktop.org/software/systemd/man/latest/sd_watchdog_enabled.html)
/// </summary>
/// <param name="notifier">Talks to systemd; null where that has not started the service.</param>
/// <param name="server">Tells where it listens.</param>
/// <param name="lifetime">Tells when it does.</param>
/// <param name="logger">Is told why it is silent.</param>
internal sealed class WatchdogKeeper(
    IServer server,
    IHostApplicationLifetime lifetime,
    ILogger<WatchdogKeeper> logger,
    ISystemdNotifier? notifier = null) : BackgroundService
{
    private const string Time = "WATCHDOG_USEC";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var said = Environment.GetEnvironmentVariable(Time);
        if (notifier is not { IsEnabled: true }
            || !long.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds <= 0)
        {
            return;
        }

        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult()).ConfigureAwait(false);
        await started.Task.WaitAsync(stoppingToken).ConfigureAwait(false);
        var pause = TimeSpan.FromMicroseconds(microseconds) / 2;
        using var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // It asks itself, and sends nothing that anybody may not have.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { Timeout = pause };
        using var timer = new PeriodicTimer(pause);
        do
        {
            if (await AnswersAsync(client, stoppingToken).ConfigureAwait(false))
            {
                notifier.Notify(new ServiceState("WATCHDOG=1"));
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        try
        {
            // An address that stands for all is also this machine's.
            var own = new UriBuilder(address.Replace("//*", "//localhost", StringComparison.Ordinal)
                .Replace("//+", "//localhost", StringComparison.Ordinal)
                .Replace("[::]", "localhost", StringComparison.Ordinal)
                .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal))
            { Path = "/health/live" };
            using var response = await client.GetAsync(own.Uri, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode || (int)response.StatusCode is 403 or 429;
        }
        catch (Exception error) when (error is HttpRequestException or UriFormatException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            logger.LogError("The service does not answer itself at {Address}: {Reason}", address, error.Message);
            return false;
        }
    }
}
