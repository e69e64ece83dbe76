# The manifest of the SarkPS module, once.
#
# It imports straight from a built checkout (Import-Module ./SarkPS.psd1), so its paths lead into out/SarkPS, where the
# build assembles the module. The build also writes out/SarkPS/SarkPS.psd1, the manifest that is shipped: this text
# without the prefix out/SarkPS/. A manifest rather than a script that forwards, so that the module is called SarkPS
# either way and Get-Module shows its exports before it is loaded.
#
# The build refuses a version other than Directory.Build.props has, and lists here that differ from what is there.
@{
    # Nested and not the root, because only then Get-Help also looks for help beside the assembly, in the checkout.
    NestedModules        = @('out/SarkPS/SarkPS.Cmdlets.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = '2e70e20b-cf2e-47b4-bf75-bf80e79582ad'
    Author               = 'The SarkPS authors'
    CompanyName          = 'The SarkPS authors'
    Copyright            = 'Copyright (c) 2026 The SarkPS authors. MIT licence.'
    Description          = 'Manages SARK telephone exchanges (Asterisk) from PowerShell, on the exchange itself or from afar: tenants, extensions, trunks, routing, calls, backups.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')

    FormatsToProcess     = @(
        'out/SarkPS/SarkPS.Asterisk.format.ps1xml'
        'out/SarkPS/SarkPS.format.ps1xml'
    )
    TypesToProcess       = @('out/SarkPS/SarkPS.types.ps1xml')

    CmdletsToExport      = @(
        'Connect-Sark'
        'Disconnect-Sark'
        'Disconnect-SarkCall'
        'Export-SarkCsv'
        'Get-SarkAgent'
        'Get-SarkAgentStatus'
        'Get-SarkChannel'
        'Get-SarkConference'
        'Get-SarkConferenceMember'
        'Get-SarkConnection'
        'Get-SarkCoreSetting'
        'Get-SarkCoreStatus'
        'Get-SarkCosClose'
        'Get-SarkCosOpen'
        'Get-SarkCosRule'
        'Get-SarkCustomApp'
        'Get-SarkDayTimer'
        'Get-SarkDbEntry'
        'Get-SarkDestination'
        'Get-SarkDeviceState'
        'Get-SarkExtension'
        'Get-SarkExtensionRuntime'
        'Get-SarkExtensionState'
        'Get-SarkGlobal'
        'Get-SarkHolidayTimer'
        'Get-SarkIaxPeer'
        'Get-SarkIaxRegistration'
        'Get-SarkInboundRoute'
        'Get-SarkIvr'
        'Get-SarkMailbox'
        'Get-SarkQueue'
        'Get-SarkQueueStatus'
        'Get-SarkQueueSummary'
        'Get-SarkRingGroup'
        'Get-SarkRoute'
        'Get-SarkSipPeer'
        'Get-SarkSipRegistration'
        'Get-SarkTemplate'
        'Get-SarkTenant'
        'Get-SarkTrunk'
        'Get-SarkVoicemailUser'
        'Import-SarkCsv'
        'Invoke-SarkOriginate'
        'Invoke-SarkReload'
        'New-SarkAgent'
        'New-SarkCosClose'
        'New-SarkCosOpen'
        'New-SarkCosRule'
        'New-SarkCustomApp'
        'New-SarkDayTimer'
        'New-SarkExtension'
        'New-SarkHolidayTimer'
        'New-SarkInboundRoute'
        'New-SarkIvr'
        'New-SarkQueue'
        'New-SarkRingGroup'
        'New-SarkRoute'
        'New-SarkTemplate'
        'New-SarkTenant'
        'New-SarkTrunk'
        'Remove-SarkAgent'
        'Remove-SarkCosClose'
        'Remove-SarkCosOpen'
        'Remove-SarkCosRule'
        'Remove-SarkCustomApp'
        'Remove-SarkDayTimer'
        'Remove-SarkDbEntry'
        'Remove-SarkExtension'
        'Remove-SarkHolidayTimer'
        'Remove-SarkInboundRoute'
        'Remove-SarkIvr'
        'Remove-SarkQueue'
        'Remove-SarkRingGroup'
        'Remove-SarkRoute'
        'Remove-SarkTemplate'
        'Remove-SarkTenant'
        'Remove-SarkTrunk'
        'Set-SarkAgent'
        'Set-SarkCosRule'
        'Set-SarkCustomApp'
        'Set-SarkDayTimer'
        'Set-SarkDbEntry'
        'Set-SarkExtension'
        'Set-SarkExtensionRuntime'
        'Set-SarkGlobal'
        'Set-SarkHolidayTimer'
        'Set-SarkInboundRoute'
        'Set-SarkIvr'
        'Set-SarkQueue'
        'Set-SarkRingGroup'
        'Set-SarkRoute'
        'Set-SarkTemplate'
        'Set-SarkTenant'
        'Set-SarkTrunk'
        'Watch-SarkEvent'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    DscResourcesToExport = @()

    PrivateData          = @{
        PSData = @{
            Tags         = @('SARK', 'PBX', 'Asterisk', 'SIP', 'VoIP', 'Telephony', 'PSEdition_Core', 'Linux', 'Windows', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
