# The manifest of the SarkPS module, once.
#
# It imports straight from a built checkout (Import-Module ./SarkPS.psd1), so its paths lead into out/SarkPS, where the
# build assembles the module. The build also writes out/SarkPS/SarkPS.psd1, the manifest that is shipped: this text
# without the prefix out/SarkPS/, and with the names of cmdlets and aliases in place of '*', so that PowerShell finds
# commands without loading the module. A manifest rather than a script that forwards, so that the module is called SarkPS
# either way.
#
# The build refuses a version other than Directory.Build.props has.
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

    FormatsToProcess     = @('out/SarkPS/SarkPS.format.ps1xml')
    TypesToProcess       = @('out/SarkPS/SarkPS.types.ps1xml')

    CmdletsToExport      = '*'
    FunctionsToExport    = @()
    AliasesToExport      = '*'
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
