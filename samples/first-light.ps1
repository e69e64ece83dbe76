<#
.SYNOPSIS
    From nothing to a small telephone exchange, on an embedded database of its own.
.DESCRIPTION
    Makes a tenant, a trunk and three extensions, lists them, changes one, and shows what an error looks like. All of it
    happens in a temporary folder that goes when the script ends, so it can run again and again and touches no exchange.

        dotnet pwsh samples/first-light.ps1
#>

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-SarkTenant -ErrorAction Ignore)) {
    # Beside a checkout that was built, else where modules are installed.
    $manifest = "$PSScriptRoot/../SarkPS.psd1"
    Import-Module $(if (Test-Path -LiteralPath $manifest) { $manifest } else { 'SarkPS' })
}

# A folder that stands for a machine: the database is made in it on first use.
$root = [System.IO.Directory]::CreateTempSubdirectory('sarkps-').FullName

# A database named in the environment would come before the folder's.
$named = $env:SARK_DATABASE
$env:SARK_DATABASE = $null
try {
    # That a database was made is what is wanted here, and no warning.
    $exchange = Connect-Sark -Root $root -WarningAction SilentlyContinue
    "Working on $($exchange.Location)"

    # Every New- cmdlet gives back what was stored, defaults included.
    $null = New-SarkTenant acme -Description 'Acme Ltd' -MaxChannels 10
    $null = New-SarkTrunk voip -Tenant acme -Carrier GeneralSIP -HostName sip.example.com -UserName acme -Password s3cretWord

    # An ordinary SIP telephone, one that provisions itself by its hardware address, and a browser.
    $null = New-SarkExtension 401 -Tenant acme -Description 'Reception'
    $null = New-SarkExtension 402 -Tenant acme -Description 'Workshop' -MacAddress 000413A1B2C3
    $null = New-SarkExtension 403 -Tenant acme -Description 'Home office' -Kind WebRtc

    ''
    'What there is now:'
    Get-SarkTenant acme | Out-Host
    Get-SarkTrunk -Tenant acme | Out-Host
    Get-SarkExtension -Tenant acme | Out-Host

    # Only what is named changes; $null would clear it.
    ''
    'Extension 401 gets a caller id, and rings the mobile too:'
    Set-SarkExtension 401 -CallerId 441924566170 -CellPhone 447700900123 -CellTwin $true -PassThru |
        ForEach-Object { "  $($_.Key) $($_.Description): caller id $($_.CallerId), mobile $($_.CellPhone), rings it: $($_.CellTwin)" }

    # An error has a message for people, an id for scripts, and the key as its target.
    ''
    'A tenant that does not exist is refused:'
    try {
        New-SarkExtension 404 -Tenant nosuch -ErrorAction Stop
    }
    catch {
        "  message   $($_.Exception.Message)"
        "  error id  $($_.FullyQualifiedErrorId.Split(',')[0])"
        "  category  $($_.CategoryInfo.Category)"
        "  target    $($_.TargetObject)"
    }

    ''
    'So is removing a tenant that others belong to:'
    try {
        Remove-SarkTenant acme -Confirm:$false -ErrorAction Stop
    }
    catch {
        "  $($_.Exception.Message)"
    }
}
finally {
    Disconnect-Sark
    $env:SARK_DATABASE = $named
    [System.IO.Directory]::Delete($root, $true)
}
