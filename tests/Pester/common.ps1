# What the test files share. Each dot-sources it in BeforeDiscovery and BeforeAll.
#
# The tests are about the module as it is shipped: the folder out/SarkPS, which dotnet build assembles. They assert error
# ids and never the text of a message.

$Repository = Split-Path (Split-Path $PSScriptRoot)
$ModuleFolder = Join-Path $Repository 'out' 'SarkPS'
Import-Module $ModuleFolder -ErrorAction Stop

# Connects to an exchange of the test's own: an embedded database below a folder that Pester removes.
function New-TestExchange {
    param([Parameter(Mandatory)] [string] $Folder)
    Connect-Sark -Root (New-Item -ItemType Directory -Path $Folder -Force).FullName
}

# What Tab offers at the end of a line.
function Complete {
    param([Parameter(Mandatory)] [string] $Line)
    (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
}

# Runs a script in a PowerShell process of its own, for what a loaded assembly would spoil.
function Invoke-Fresh {
    param([Parameter(Mandatory)] [string] $Script)
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("`$ErrorActionPreference = 'Stop'; $Script"))
    $shell = (Get-Process -Id $PID).Path
    $arguments = @('-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-EncodedCommand', $encoded)
    if ([IO.Path]::GetFileNameWithoutExtension($shell) -eq 'dotnet') {
        # PowerShell installed as a .NET tool: the process is dotnet, and the program its first argument.
        $arguments = @([Environment]::GetCommandLineArgs()[0]) + $arguments
    }

    & $shell @arguments
    if ($LASTEXITCODE -ne 0) {
        throw "The fresh PowerShell ended with $LASTEXITCODE."
    }
}

# Parameters of a command that are its own and meant to be seen: not the engine's common ones, and none marked DontShow.
function Get-OwnParameter {
    param([Parameter(Mandatory)] [System.Management.Automation.CommandInfo] $Command)
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    $Command.Parameters.Values | Where-Object {
        $shown = $_.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and -not $_.DontShow }
        $_.Name -notin $common -and $shown
    }
}
