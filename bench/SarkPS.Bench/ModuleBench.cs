using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace SarkPS.Bench;

/// <summary>The module in the hosted engine: how long it takes to import, and to list very many rows.</summary>
internal static class ModuleBench
{
    /// <summary>Makes this program import the module once and print the milliseconds.</summary>
    public const string ImportWord = "--import-once";

    /// <summary>Makes this program list all extensions several times and print the milliseconds beside those of a bare reader.</summary>
    public const string ListWord = "--list-once";

    /// <summary>Makes this program remove extensions one after the other and print the milliseconds for each, beside bare SQL.</summary>
    public const string RemoveWord = "--remove-once";

    /// <summary>Makes this program import a file of extensions and print the milliseconds, and the memory before and at most.</summary>
    public const string RowsWord = "--import-rows";

    private const int Few = 1_000;
    private const int Many = 10_000;
    private const int Removals = 400;
    private const int Rows = 100_000;
    private const int Passes = 5;

    // Not the path of this process, which is dotnet where that runs the assembly.
    private static string Program => Path.Combine(AppContext.BaseDirectory, "SarkPS.Bench" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    private static string Manifest => Path.Combine(AppContext.BaseDirectory, "Modules", "SarkPS", "SarkPS.psd1");

    /// <summary>Each measurement is a process of its own: what a module costs is what it costs the first time.</summary>
    public static async Task RunAsync(WorkFolder folder, Pace pace)
    {
        var imports = new List<double[]>();
        for (var i = 0; i < Math.Max(2, pace.Rounds); i++)
        {
            imports.Add(await RunSelfAsync(ImportWord));
        }

        var database = BenchDatabase.Create(folder.File("module.db"), Rows);
        var list = await RunSelfAsync(ListWord, database);
        var few = await RunSelfAsync(RemoveWord, BenchDatabase.Create(folder.File("few.db"), Few));
        var many = await RunSelfAsync(RemoveWord, BenchDatabase.Create(folder.File("many.db"), Many));
        var removal = $"Remove-SarkExtension, each of {Removals} among";
        const string Delete = "one DELETE, with SARK's triggers";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""

            ## Module: milliseconds, in PowerShell's engine

            | | ms | beside | ratio |
            | --- | ---: | --- | ---: |
            | Import-Module, new process | {Race.Median(imports.Select(i => i[0])):0} | | |
            | Import-Module, next runspace | {Race.Median(imports.Select(i => i[1])):0} | | |
            | Get-SarkExtension, {Rows:N0} objects | {list[0]:0} | bare reader into arrays: {list[1]:0} | {list[2]:0.0} |
            | {removal} {Few:N0} | {few[0]:0.0} | {Delete}: {few[1]:0.0} | {few[0] / few[1]:0.0} |
            | {removal} {Many:N0} | {many[0]:0.0} | {Delete}: {many[1]:0.0} | {many[0] / many[1]:0.0} |
            | the same | {many[0]:0.0} | among {Few:N0}: {few[0]:0.0} | {many[0] / few[0]:0.0} |
            """));
    }

    /// <summary>Imports the module into two runspaces, one after the other.</summary>
    public static void ImportOnce()
    {
        var times = new List<double>();
        for (var i = 0; i < 2; i++)
        {
            using var runspace = Open();
            // The engine's own first command costs as much as the module and is none of its business.
            Run(runspace, "Get-Module");
            var start = Stopwatch.GetTimestamp();
            Run(runspace, $"Import-Module '{Manifest}'");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Print(times);
    }

    /// <summary>Lists all extensions, and reads the same columns without any of the module.</summary>
    public static void ListOnce(string database)
    {
        using var runspace = Open();
        Run(runspace, $"Import-Module '{Manifest}'; Connect-Sark -Database '{database}'");
        var module = new List<double>();
        var bare = new List<double>();
        for (var pass = -1; pass < Passes; pass++)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            var found = (int)Run(runspace, "$count = 0; foreach ($extension in Get-SarkExtension) { $count++ }; $count")[^1].BaseObject;
            var moduleTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            GC.Collect();
            start = Stopwatch.GetTimestamp();
            var read = Read(database).Count;
            var bareTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (found != Rows || read != Rows)
            {
                throw new InvalidOperationException($"Expected {Rows} rows, got {found} and {read}.");
            }

            if (pass >= 0)
            {
                module.Add(moduleTime);
                bare.Add(bareTime);
            }
        }

        Print([Race.Median(module), Race.Median(bare), Race.Median(module.Zip(bare, (m, b) => m / b))]);
    }

    /// <summary>Removes extensions from a pipeline, and then as many with bare SQL, a transaction each.</summary>
    public static void RemoveOnce(string database)
    {
        using var runspace = Open();
        Run(runspace,
            $"Import-Module '{Manifest}'; $first, $rest = (Connect-Sark -Database '{database}' | ForEach-Object {{ Get-SarkExtension "
                + $"}}); $first | Remove-SarkExtension -Force");
        var start = Stopwatch.GetTimestamp();
        Run(runspace, $"$rest[0..{Removals - 1}] | Remove-SarkExtension -Force");
        var module = Stopwatch.GetElapsedTime(start).TotalMilliseconds / Removals;
        var key = BenchDatabase.FirstKey + Removals;
        start = Stopwatch.GetTimestamp();
        using (var connection = BenchDatabase.Open(database))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "DELETE FROM IPphone WHERE pkey = @key";
            command.Parameters.AddWithValue("@key", "");
            for (var i = 1; i <= Removals; i++)
            {
                command.Parameters[0].Value = (key + i).ToString(CultureInfo.InvariantCulture);
                if (command.ExecuteNonQuery() == 0)
                {
                    throw new InvalidOperationException($"There was no extension {command.Parameters[0].Value}.");
                }
            }
        }

        Print([module, Stopwatch.GetElapsedTime(start).TotalMilliseconds / Removals]);
    }

    /// <summary>Plans an import some times, so that everything is loaded and compiled as in a session that goes on, and imports.</summary>
    /// <param name="file">The file.</param>
    /// <param name="exchange">The database, or the address of a service.</param>
    /// <param name="plans">How many times it is planned before; 0 for what the first import costs.</param>
    public static void ImportRows(string file, string exchange, int plans)
    {
        using var runspace = Open();
        var connect = exchange.StartsWith("http", StringComparison.Ordinal) ? $"-Uri '{exchange}'" : $"-Database '{exchange}'";
        Run(runspace,
            $"Import-Module '{Manifest}'; Connect-Sark {connect}; "
                + $"for ($i = 0; $i -lt {plans}; $i++) {{ Import-SarkResource '{file}' -Resource Extension -WhatIf }}");
        GC.Collect();
        var before = Environment.WorkingSet;
        var start = Stopwatch.GetTimestamp();
        Run(runspace, $"Import-SarkResource '{file}' -Resource Extension -Confirm:$false | Where-Object Result -EQ Error");
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using var process = Process.GetCurrentProcess();
        Print([time, before / 1048576.0, process.PeakWorkingSet64 / 1048576.0]);
    }

    private static List<object[]> Read(string database)
    {
        using var connection = BenchDatabase.Open(database);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM IPphone ORDER BY pkey";
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(values);
        }

        return rows;
    }

    private static Runspace Open()
    {
        var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        return runspace;
    }

    private static System.Collections.ObjectModel.Collection<PSObject> Run(Runspace runspace, string script)
    {
        using var shell = PowerShell.Create(runspace);
        var results = shell.AddScript(script).Invoke();
        return shell.HadErrors ? throw new InvalidOperationException($"{script}: {shell.Streams.Error[0]}") : results;
    }

    private static void Print(IEnumerable<double> numbers) =>
        Console.WriteLine(string.Join(' ', numbers.Select(n => n.ToString("0.000", CultureInfo.InvariantCulture))));

    /// <summary>Runs this program with other words.</summary>
    /// <returns>The numbers that it prints last.</returns>
    public static async Task<double[]> RunSelfAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? [.. output.Trim().Split('\n')[^1].Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
