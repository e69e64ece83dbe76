<#
.SYNOPSIS
    Says for each tenant what belongs to it, and what looks forgotten.
.DESCRIPTION
    Reads only. Each list is fetched once and sorted out here, so a service elsewhere is asked a handful of questions
    however many tenants there are.
.PARAMETER Tenant
    Tenants to report on; all unless given. Takes * and ?.
.PARAMETER Database
    A SARK database to read. Without it, the exchange that the session is connected to, or this machine's.
.EXAMPLE
    samples/tenant-report.ps1
.EXAMPLE
    samples/tenant-report.ps1 acme*
#>
param([string] $Tenant = '*', [string] $Database)

# A report that lacks half of what there is would be worse than none.
$ErrorActionPreference = 'Stop'
if (-not (Get-Command Get-SarkTenant -ErrorAction Ignore)) {
    # Beside a checkout that was built, else where modules are installed.
    $manifest = "$PSScriptRoot/../SarkPS.psd1"
    Import-Module $(if (Test-Path -LiteralPath $manifest) { $manifest } else { 'SarkPS' })
}

if ($Database) {
    $null = Connect-Sark -Database $Database
}

$extensions = @(Get-SarkExtension)
$trunks = @(Get-SarkTrunk)
$routes = @(Get-SarkRoute)
$inbound = @(Get-SarkInboundRoute)
$queues = @(Get-SarkQueue)
$timers = @(Get-SarkDayTimer)

foreach ($one in Get-SarkTenant $Tenant) {
    $own = { param($list) @($list | Where-Object Tenant -eq $one.Key) }
    $phones = & $own $extensions
    $mailboxes = @($phones | Where-Object Device -eq MAILBOX)

    [pscustomobject]@{
        Tenant        = $one.Key
        Description   = $one.Description
        Extensions    = $phones.Count - $mailboxes.Count
        Mailboxes     = $mailboxes.Count
        Trunks        = (& $own $trunks).Count
        Routes        = (& $own $routes).Count
        Numbers       = (& $own $inbound).Count
        Queues        = (& $own $queues).Count
        ClosedByHand  = $one.OpenCloseMode -eq 'CLOSED'
        Open          = $one.IsOpen
        NeverCloses   = (& $own $timers).Count -eq 0
        WithoutEmail  = (@($phones | Where-Object { -not $_.VoicemailEmail } | ForEach-Object Key)) -join ' '
        LeadNowhere   = (@(& $own $inbound | Where-Object OpenRoute -in 'None', $null | ForEach-Object Key)) -join ' '
    }
}
