using System.Globalization;
using System.Management.Automation.Host;

namespace SarkPS.Shell;

/// <summary>What the engine asks of the program that it runs in.</summary>
internal sealed class ShellHost(bool nonInteractive) : PSHost
{
    public override string Name => "SarkPS";

    public override Version Version => Start.Version;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ShellUI;

    /// <summary>The same, as what it is.</summary>
    public ShellUserInterface ShellUI { get; } = new(nonInteractive);

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <summary>The code that <c>exit</c> was called with, or null while it was not.</summary>
    public int? ExitCode { get; private set; }

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() =>
        throw new NotSupportedException("This shell has no nested prompts; run the debugger in PowerShell.");

    public override void ExitNestedPrompt() =>
        throw new NotSupportedException("This shell has no nested prompts.");

    public override void NotifyBeginApplication()
    {
        // Native programs share the console as it is; there is no mode of ours to put away.
    }

    public override void NotifyEndApplication()
    {
        // See NotifyBeginApplication.
    }
}
