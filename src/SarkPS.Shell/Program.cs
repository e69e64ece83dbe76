using SarkPS.Shell;

// The engine reads this once, when it is loaded: nothing that runs on a telephone exchange reports home.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

if (!ShellOptions.TryParse(args, out var options, out var error))
{
    Console.Error.WriteLine(error);
    return ShellExitCode.Usage;
}

return Start.Run(options);
