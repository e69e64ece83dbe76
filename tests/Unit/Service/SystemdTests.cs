using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>The service as systemd sees it, and its unit as systemd reads it.</summary>
public sealed class SystemdTests : IDisposable
{
    private static readonly string Unit = Path.Combine(Repository.Root, "deploy", "systemd", "sarkps.service");

    private readonly TestDatabase database = new(Schema.Embedded);

    public void Dispose() => database.Dispose();

    [SkippableFact]
    public async Task It_says_when_it_serves_that_it_lives_and_when_it_ends()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "There is no systemd.");
        using var folder = new TemporaryFolder();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder["notify"]));
        socket.ReceiveTimeout = 60_000;
        var settings = TestService.Settings(database.Path).Select(s => $"--{s.Key}={s.Value}");
        // A service is known to be one by the name of the process that has started it.
        var parent = folder["systemd"];
        File.Copy("/bin/sh", parent);
        var start = new ProcessStartInfo(parent) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in new[]
        {
            "-c", "dotnet \"$@\" & echo $!; wait $!", "sh", Path.Combine(AppContext.BaseDirectory, "SarkPS.Service.dll"),
        }.Concat(settings))
        {
            start.ArgumentList.Add(word);
        }

        start.Environment["NOTIFY_SOCKET"] = folder["notify"];
        start.Environment["WATCHDOG_USEC"] = "500000";
        using var process = Process.Start(start)!;
        var service = (await process.StandardOutput.ReadLineAsync())!;
        var log = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            Assert.Equal("READY=1", Next());
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal("WATCHDOG=1", Next());
            }

            using (var kill = Process.Start("kill", ["-TERM", service]))
            {
                await kill.WaitForExitAsync();
            }

            string last;
            do
            {
                last = Next();
            }
            while (last == "WATCHDOG=1");
            Assert.Equal("STOPPING=1", last);
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await log + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        string Next()
        {
            var buffer = new byte[4096];
            return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)).Trim();
        }
    }

    [SkippableFact]
    public async Task Its_unit_is_one_and_closed()
    {
        Skip.IfNot(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze.");
        var text = await File.ReadAllTextAsync(Unit);
        using var folder = new TemporaryFolder();
        // The program is not installed here.
        var unit = folder.Write("sarkps.service", text.Replace("/opt/sarkps/SarkPS.Service", "/bin/true", StringComparison.Ordinal));
        var verified = await Programs.RunAsync("systemd-analyze", ["verify", "--man=no", unit]);
        Assert.DoesNotContain("sarkps.service", verified.Output + verified.Error, StringComparison.Ordinal);
        var judged = await Programs.RunAsync("systemd-analyze", ["security", "--offline=true", "--threshold=25", "--no-pager", unit]);
        Assert.True(judged.ExitCode == 0, judged.Output + judged.Error);
    }
}
