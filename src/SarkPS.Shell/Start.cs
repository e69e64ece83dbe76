using System.Management.Automation;
using System.Reflection;

namespace SarkPS.Shell;

/// <summary>Does what the command line asks for. Apart from Program, so that the engine loads after its environment is set.</summary>
internal static class Start
{
    /// <summary>The version of the product.</summary>
    public static Version Version { get; } = Assembly.GetExecutingAssembly().GetName().Version!;

    /// <summary>Runs the shell and returns its exit code.</summary>
    public static int Run(ShellOptions options)
    {
        switch (options.Task)
        {
            case ShellTask.Help:
                Console.Out.WriteLine(ShellOptions.Usage);
                return ShellExitCode.Success;
            case ShellTask.Version:
                Console.Out.WriteLine($"SarkPS {Version.ToString(3)}, PowerShell engine {PSVersionInfo.PSVersion}");
                return ShellExitCode.Success;
        }

        var prompt = options.Task == ShellTask.Prompt && !Console.IsInputRedirected;
        using var session = new Session(options.NonInteractive);
        if (!session.ImportModule())
        {
            return ShellExitCode.Failure;
        }

        return options.Task switch
        {
            ShellTask.File => session.RunFile(options.Text, options.Arguments),
            ShellTask.Command when options.Text != "-" => session.RunText(options.Text),
            _ when prompt => new Prompt(session).Run(greet: !options.NoLogo),
            _ => session.RunText(Console.In.ReadToEnd()),
        };
    }
}
