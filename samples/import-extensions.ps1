<#
.SYNOPSIS
    Makes the extensions that a CSV file lists, for one tenant.
.DESCRIPTION
    A row with a hardware address becomes a telephone that provisions itself, unless its column Kind says something else.
    Rows that fail are reported and the others are made; at the end the script says how many of each there were, and ends
    with 1 if any failed, so that a scheduler sees it. Run with -WhatIf, it says which rows would fail.

        pwsh -File samples/import-extensions.ps1 samples/extensions.csv acme
.PARAMETER Path
    The file. Its columns are properties of extensions, or columns of SARK's table IPphone.
.PARAMETER Tenant
    The tenant that they belong to. It is made if it does not exist.
.PARAMETER Database
    A SARK database to work on, such as a copy. Without it, the exchange that the session is connected to, or this machine's.
.PARAMETER FailedPath
    A file for the rows that failed, to be put right and imported again.
.EXAMPLE
    samples/import-extensions.ps1 samples/extensions.csv acme
.EXAMPLE
    samples/import-extensions.ps1 samples/extensions.csv acme -Database ./copy.db -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Tenant,
    [string] $Database,
    [string] $FailedPath
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-SarkExtension -ErrorAction Ignore)) {
    # Beside a checkout that was built, else where modules are installed.
    $manifest = "$PSScriptRoot/../SarkPS.psd1"
    Import-Module $(if (Test-Path -LiteralPath $manifest) { $manifest } else { 'SarkPS' })
}

if ($Database) {
    $null = Connect-Sark -Database $Database
}

# All rows are read first: a file that cannot be read makes nothing.
$rows = @(Import-SarkCsv $Path)

$judgedFor = $Tenant
if (-not (Get-SarkTenant | Where-Object Key -ceq $Tenant)) {
    $null = New-SarkTenant $Tenant -Description $Tenant
    if ($WhatIfPreference) {
        # The tenant was not really made, and rows cannot be judged for one that does not exist.
        $judgedFor = 'default'
    }
}

$failures = $null
$made = @($rows | New-SarkExtension -Tenant $judgedFor -ErrorVariable failures -ErrorAction SilentlyContinue)

$made | ForEach-Object { '{0,-6} {1,-12} {2}' -f $_.Key, $_.Device, $_.Description }
foreach ($failure in $failures) {
    $row = $failure.TargetObject
    '{0,-6} not made: {1}' -f $(if ($row -is [string]) { $row } else { $row.Key }), $failure.Exception.Message
}

if ($WhatIfPreference) {
    "$($rows.Count - $failures.Count) of $($rows.Count) would be made"
}
else {
    "$($made.Count) of $($rows.Count) made"
}

if ($failures.Count -gt 0) {
    if ($FailedPath) {
        # The target of each error is the row as it was read.
        $failures.TargetObject | Export-SarkCsv $FailedPath
    }

    exit 1
}
