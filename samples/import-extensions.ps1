<#
.SYNOPSIS
    Makes the extensions that a CSV file lists, for one tenant.
.DESCRIPTION
    A row with a hardware address becomes a telephone that provisions itself, unless its column Kind says something else.
    Rows that fail are reported and the others are made; at the end the script says how many of each there were.
.PARAMETER Path
    The file. Its columns are properties of extensions, or columns of SARK's table IPphone.
.PARAMETER Tenant
    The tenant that they belong to. It is made if it does not exist.
.EXAMPLE
    samples/import-extensions.ps1 samples/extensions.csv acme
.EXAMPLE
    samples/import-extensions.ps1 samples/extensions.csv acme -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Tenant
)

if (-not (Get-SarkTenant | Where-Object Key -eq $Tenant)) {
    $null = New-SarkTenant $Tenant -Description $Tenant
}

$rows = @(Import-SarkCsv $Path)
$made = @($rows | New-SarkExtension -Tenant $Tenant -ErrorVariable failures -ErrorAction SilentlyContinue)

$made | ForEach-Object { "{0,-6} {1,-12} {2}" -f $_.Key, $_.Device, $_.Description }
foreach ($failure in $failures) {
    "{0,-6} not made: {1}" -f $failure.TargetObject, $failure.Exception.Message
}

"$($made.Count) of $($rows.Count) made"
