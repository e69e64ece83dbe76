using SarkPS.Bench;

// Without arguments everything is measured; "http", "changes", "import" or "module" measures one part, "--quick" in shorter rounds, which
// says only that it works. The other words are for the processes that this one starts.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("POWERSHELL_UPDATECHECK", "Off");

if (args is [ModuleBench.ImportWord])
{
    ModuleBench.ImportOnce();
    return 0;
}

if (args is [ModuleBench.ListWord, var path])
{
    ModuleBench.ListOnce(path);
    return 0;
}

if (args is [ModuleBench.RemoveWord, var file])
{
    ModuleBench.RemoveOnce(file);
    return 0;
}

if (args is [ModuleBench.RowsWord, var rows, var exchange, var plans])
{
    ModuleBench.ImportRows(rows, exchange, int.Parse(plans, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

if (args is [ChangeBench.CountWord, var callers, var count])
{
    using var own = new WorkFolder();
    await ChangeBench.CountAsync(
        own,
        int.Parse(callers, System.Globalization.CultureInfo.InvariantCulture),
        int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

var parts = args.Where(a => a != "--quick").ToArray();
if (parts.FirstOrDefault(p => p is not ("http" or "changes" or "import" or "module")) is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is not known. Usage: SarkPS.Bench [http] [changes] [import] [module] [--quick]");
    return 2;
}

var pace = args.Contains("--quick") ? Pace.Quick : Pace.Full;
using var folder = new WorkFolder();
Console.WriteLine(
    $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}");
if (parts.Length == 0 || parts.Contains("http"))
{
    await HttpBench.RunAsync(folder, pace);
}

if (parts.Length == 0 || parts.Contains("changes"))
{
    await ChangeBench.RunAsync(folder, pace);
}

if (parts.Length == 0 || parts.Contains("import"))
{
    await ImportBench.RunAsync(folder, pace);
}

if (parts.Length == 0 || parts.Contains("module"))
{
    await ModuleBench.RunAsync(folder, pace);
}

return 0;
