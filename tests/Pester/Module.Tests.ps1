BeforeDiscovery {
    . $PSScriptRoot/common.ps1
    $commands = Get-Command -Module SarkPS | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
    $changing = $commands | Where-Object { $_.Command.Verb -in 'New', 'Set', 'Remove', 'Restore', 'Start', 'Stop', 'Restart', 'Export', 'Add', 'Clear' }
    $files = (Import-PowerShellDataFile (Join-Path $ModuleFolder 'SarkPS.psd1')) |
        ForEach-Object { $_.NestedModules; $_.FormatsToProcess; $_.TypesToProcess } | Where-Object { $_ } | ForEach-Object { @{ File = $_ } }
}

Describe 'The module' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $manifest = Import-PowerShellDataFile (Join-Path $ModuleFolder 'SarkPS.psd1')
        $module = Get-Module SarkPS
        $assembly = [SarkPS.Cmdlets.DataLibrary].Assembly
    }

    It 'has a manifest that PowerShell accepts' {
        (Test-ModuleManifest (Join-Path $ModuleFolder 'SarkPS.psd1')).Name | Should -Be 'SarkPS'
    }

    It 'has the version of its assemblies and of the build' {
        $version = ([xml] (Get-Content (Join-Path $Repository 'Directory.Build.props') -Raw)).SelectSingleNode('//VersionPrefix').InnerText
        $module.Version | Should -Be ([version] $version)
        $assembly.GetName().Version.ToString(3) | Should -Be $version
    }

    It 'asks for PowerShell 7.4 or later' {
        $manifest.PowerShellVersion | Should -Be '7.4'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
    }

    It 'exports every cmdlet that is in it and nothing else' {
        $classes = $assembly.GetExportedTypes() | ForEach-Object {
            $cmdlet = $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)
            if ($cmdlet -and -not $_.IsAbstract) { "$($cmdlet.VerbName)-$($cmdlet.NounName)" }
        }
        $exported = $module.ExportedCmdlets.Keys | Sort-Object
        $exported | Should -Be ($classes | Sort-Object)
        $exported | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'exports no <_>' -ForEach 'ExportedFunctions', 'ExportedAliases', 'ExportedVariables' {
        $module.$_.Count | Should -Be 0
    }

    It 'ships <File>, which its manifest names' -ForEach $files {
        Join-Path $ModuleFolder $File | Should -Exist
    }

    It 'exports the same from the manifest at the top level' {
        $names = Invoke-Fresh "(Import-Module '$Repository/SarkPS.psd1' -PassThru).ExportedCmdlets.Keys | Sort-Object"
        $names | Should -Be ($module.ExportedCmdlets.Keys | Sort-Object)
    }

    It 'can be removed and imported again' {
        $count = Invoke-Fresh "Import-Module '$ModuleFolder'; Remove-Module SarkPS; Import-Module '$ModuleFolder'; (Get-Command -Module SarkPS).Count"
        $count | Should -Be $module.ExportedCmdlets.Count
    }
}

Describe 'The types of the module' {
    BeforeAll { . $PSScriptRoot/common.ps1 }

    It 'resolve by name in a script: <_>' -ForEach 'SarkPS.SarkOptions', 'SarkPS.SarkException', 'SarkPS.Tenant', 'SarkPS.Extension', 'SarkPS.Trunk', 'SarkPS.Cmdlets.SarkConnection' {
        ($_ -as [type]).FullName | Should -Be $_
    }
}

Describe '<Name>' -ForEach $commands {
    It 'has an approved verb' {
        $Command.Verb | Should -BeIn (Get-Verb).Verb
    }

    It 'has the prefix of the module' {
        $Command.Noun | Should -Match '^Sark([A-Z]|$)'
    }

    It 'says what it emits where it emits something' {
        if ($Command.Verb -eq 'Get') {
            $Command.OutputType | Should -Not -BeNullOrEmpty
        }
    }
}

Describe '<Name>' -ForEach $changing {
    It 'can be rehearsed with -WhatIf and asked about with -Confirm' {
        $Command.Parameters.Keys | Should -Contain 'WhatIf'
        $Command.Parameters.Keys | Should -Contain 'Confirm'
    }
}
