using System.Diagnostics;

namespace SarkPS.Tests.Support;

/// <summary>The service as a process of its own, which can be killed.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process process;

    private ServiceProcess(Process process, HttpClient client)
    {
        this.process = process;
        Client = client;
    }

    /// <summary>Its client.</summary>
    public HttpClient Client { get; }

    /// <summary>How much memory it has taken at most, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts one on a free port and waits until it listens.</summary>
    public static async Task<ServiceProcess> StartAsync(string database, params string[] arguments)
    {
        var process = Programs.Start("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "SarkPS.Service.dll"),
            .. TestService.Settings(database).Select(s => $"--{s.Key}={s.Value}"),
            "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
            "--Sark:Service:RequestsPerMinute=1000000",
            .. arguments]);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        const string Mark = "Now listening on: ";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var at)
            {
                // A full pipe would stop it.
                _ = process.StandardOutput.ReadToEndAsync();
                return new ServiceProcess(
                    process,
                    new HttpClient { BaseAddress = new Uri(line[(at + Mark.Length)..]), Timeout = TimeSpan.FromMinutes(2) });
            }
        }

        await process.WaitForExitAsync();
        throw new InvalidOperationException($"The service ended with {process.ExitCode}.");
    }

    /// <summary>Ends it as a power failure would, with SIGKILL.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }
}
