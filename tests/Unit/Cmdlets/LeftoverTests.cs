using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>What a process is left with once connections and runspaces are gone, counted over the whole of it.</summary>
[Collection(Alone.Name)]
public sealed class LeftoverTests
{
    [Fact]
    public async Task Connections_that_nobody_holds_any_more_leave_nothing_behind()
    {
        Skip.IfNot(Directory.Exists("/proc/self/fd"), "open files are counted in /proc");
        await using var service = await StubService.StartAsync(context => StubService.Json(context, 200, "[]"));
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        const string Script = """
            foreach ($i in 1..$count) {
                $null = Connect-Sark $address; $null = Get-SarkTenant
                $null = Connect-Sark $address -NotDefault
                $null = Connect-Sark -Database $database -Root $root; $null = Get-SarkTenant
                if ($i % 2) { Disconnect-Sark }
            }
            """;
        void Run(int count) =>
            engine.Run(
                Script,
                ("count", count),
                ("address", service.Address),
                ("database", engine.Database.Path),
                ("root", engine.Database.Folder)).Good();

        Run(20);
        var (files, threads, connections) = await SettledAsync(service, int.MaxValue);
        Run(334);
        var after = await SettledAsync(service, connections);

        Assert.True(after.Connections <= connections + 3, $"{connections} connections became {after.Connections}");
        Assert.True(after.Files <= files + 20, $"{files} open files became {after.Files}");
        Assert.True(after.Threads <= threads + 20, $"{threads} threads became {after.Threads}");
    }

    [Fact]
    public async Task Runspaces_that_ended_leave_nothing_behind()
    {
        await using var service = await StubService.StartAsync(context => StubService.Json(context, 200, "[]"));
        for (var i = 0; i < 20; i++)
        {
            using var engine = new Engine();
            engine.Run(
                $"$null = Connect-Sark {service.Address}; $null = Get-SarkTenant; $null = Connect-Sark {service.Address} -NotDefault")
                    .Good();
        }

        Assert.InRange((await SettledAsync(service, 3)).Connections, 0, 3);
    }

    // Finalizers and the closing of sockets take their time, so it is asked until it is as it should be.
    private static async Task<(int Files, int Threads, int Connections)> SettledAsync(StubService service, int connections)
    {
        for (var i = 0; i < 50; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(100);
            if (i > 5 && service.Connections <= connections)
            {
                break;
            }
        }

        return (Directory.GetFiles("/proc/self/fd").Length, Directory.GetDirectories("/proc/self/task").Length, service.Connections);
    }
}
