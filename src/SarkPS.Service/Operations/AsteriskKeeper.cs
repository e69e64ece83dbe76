using SarkPS.Ami;

namespace SarkPS.Service.Operations;

/// <summary>
/// Keeps the connection to Asterisk up while the service runs, so that no event is missed and no request waits for a login.
/// </summary>
internal sealed class AsteriskKeeper(ISarkBackend backend, Lazy<LocalAsterisk> asterisk, ILogger<AsteriskKeeper> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!backend.Covers(ExchangePart.Asterisk))
        {
            return Task.CompletedTask;
        }

        if (!asterisk.Value.CanLogIn)
        {
            logger.LogWarning("No secret for the manager user is configured (Sark:Ami:Secret), so Asterisk is not connected to.");
            return Task.CompletedTask;
        }

        return asterisk.Value.Client.RunAsync(stoppingToken);
    }
}
