using System.Diagnostics;

namespace SarkPS.Tests;

/// <summary>What a program did: both outputs as text, and its exit code.</summary>
internal sealed record ProgramResult(string Output, string Error, int ExitCode)
{
    /// <summary>The lines of the output that hold something.</summary>
    public string[] Lines => Output.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs programs as a user would, each as a process of its own.</summary>
internal static class Programs
{
    /// <summary>Far above what any of them needs; a test that meets it has found one that hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its path, or its name if it is found through PATH.</param>
    /// <param name="arguments">Its arguments, each as it is.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="folder">Where it stands; the repository unless given.</param>
    /// <param name="environment">Variables besides those of the tests.</param>
    public static async Task<ProgramResult> RunAsync(
        string program, IEnumerable<string> arguments, string input = "", string? folder = null, IReadOnlyDictionary<string,
        string>? environment = null)
    {
        using var process = Start(program, arguments, folder, environment);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await EndAsync(process);
    }

    /// <summary>Starts a program and leaves it running.</summary>
    public static Process Start(
        string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Repository.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    /// <summary>Waits for a program that was started, and tells what it did.</summary>
    public static async Task<ProgramResult> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(await output, await error, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
