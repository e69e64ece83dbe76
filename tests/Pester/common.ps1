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

# The resources that are made by one key, and how. New: what it is made with, in a tenant acme that has the extension 401.
# Change: a parameter and its new value. Numbered: the database gives the key.
function Get-TestResource {
    @{ Noun = 'Tenant'; Key = 'globex'; New = @{ Description = 'Globex' }; Change = @{ MaxChannels = 12 } }
    @{ Noun = 'Extension'; Key = '402'; New = @{ Tenant = 'acme'; Description = 'Hall' }; Change = @{ Description = 'Kitchen' } }
    @{ Noun = 'Trunk'; Key = 'provider'; New = @{ Tenant = 'acme'; HostName = 'sip.example.com'; UserName = 'acme'; Carrier = 'GeneralSIP' }; Change = @{ Description = 'MainLine' } }
    @{ Noun = 'Agent'; Key = '1001'; New = @{ Tenant = 'acme'; Name = 'Ann'; Password = '1234' }; Change = @{ Name = 'Anna' } }
    @{ Noun = 'CosRule'; Key = 'international'; New = @{ DialPlan = '_00.' }; Change = @{ Description = 'Abroad' } }
    @{ Noun = 'CustomApp'; Key = 'clock'; New = @{ Tenant = 'acme' }; Change = @{ Description = 'The time' } }
    @{ Noun = 'DayTimer'; New = @{ Tenant = 'acme'; Description = 'Lunch' }; Change = @{ Description = 'Late lunch' }; Numbered = $true }
    @{ Noun = 'HolidayTimer'; New = @{ Tenant = 'acme'; Description = 'Easter' }; Change = @{ Description = 'Whitsun' }; Numbered = $true }
    @{ Noun = 'InboundRoute'; Key = '5551000'; New = @{ Tenant = 'acme'; TrunkName = 'main'; Carrier = 'DiD' }; Change = @{ OpenRoute = '401' } }
    @{ Noun = 'Ivr'; Key = 'day'; New = @{ Tenant = 'acme' }; Change = @{ Description = 'By day' } }
    @{ Noun = 'Queue'; Key = 'support'; New = @{ Tenant = 'acme' }; Change = @{ Recording = 'OTR' } }
    @{ Noun = 'RingGroup'; Key = '600'; New = @{ Tenant = 'acme'; Outcome = '401' }; Change = @{ Description = 'Sales' } }
    @{ Noun = 'Route'; Key = 'out'; New = @{ Tenant = 'acme' }; Change = @{ DialPlan = '_9.' } }
    @{ Noun = 'Template'; Key = 'lobby'; New = @{ Technology = 'SIP' }; Change = @{ Description = 'Lobby phones' } }
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
