BeforeDiscovery {
    . $PSScriptRoot/common.ps1
    $nouns = [SarkPS.SarkResources]::All.Noun | ForEach-Object { "Sark$_" }
    $keyed = Get-Command -Module SarkPS -Verb Get, Set, Remove |
        Where-Object { $_.Noun -in $nouns -and $_.Parameters.ContainsKey('Key') } |
        ForEach-Object { @{ Name = $_.Name; Noun = $_.Noun } }
}

Describe 'Completion' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $connection = New-TestExchange (Join-Path $TestDrive 'exchange')
        $null = New-SarkTenant -Key acme -Description 'Acme Ltd'
        $null = New-SarkTenant -Key zenith -Description "Zenith (main)"

        # One of each resource that a new exchange has none of.
        $null = New-SarkExtension 401 -Tenant acme -Description Desk
        $null = New-SarkAgent 1001 -Tenant acme -Name Ann -Password 1234
        $null = New-SarkCosRule international -DialPlan _00.
        $null = New-SarkCustomApp clock -Tenant acme
        $null = New-SarkDayTimer -Tenant acme
        $null = New-SarkHolidayTimer -Tenant acme
        $null = New-SarkIvr day -Tenant acme
        $null = New-SarkQueue support -Tenant acme
        $null = New-SarkInboundRoute 5551000 -Tenant acme -TrunkName main -Carrier DiD
        $null = New-SarkTrunk provider -Tenant acme -HostName sip.example.com -UserName acme -Carrier GeneralSIP
    }

    AfterAll { Disconnect-Sark }

    It 'offers commands' {
        Complete 'Get-SarkTen' | Should -Be 'Get-SarkTenant'
    }

    It 'offers parameters' {
        Complete 'Get-SarkExtension -Ten' | Should -Contain '-Tenant'
    }

    It 'offers keys' {
        Complete 'Get-SarkTenant ' | Should -Be 'acme', 'default', 'zenith'
        Complete 'Remove-SarkTenant -Key z' | Should -Be 'zenith'
    }

    It 'offers keys of what a column names' {
        Complete 'Get-SarkExtension -Tenant a' | Should -Be 'acme'
        Complete 'New-SarkExtension -Tenant d' | Should -Be 'default'
    }

    It 'offers the words that a column allows' {
        Complete 'Set-SarkTenant acme -OpenCloseMode ' | Should -Be 'AUTO', 'CLOSED'
    }

    It 'offers both values of a flag' {
        Complete 'Set-SarkExtension 5001 -Active ' | Should -Be '$true', '$false'
    }

    It 'quotes what needs it' {
        $null = New-SarkTenant -Key 'two words' -Description 'Spaced' -ErrorAction Ignore
        foreach ($offer in Complete 'Get-SarkTenant ') {
            $errors = $null
            $null = [System.Management.Automation.Language.Parser]::ParseInput("Get-SarkTenant $offer", [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
        }
    }

    It 'of a key works for <Name>' -ForEach $keyed {
        $keys = @((& "Get-$Noun").Key | Where-Object { $_ })
        if (-not $keys) {
            Set-ItResult -Skipped -Because "a new exchange has no $Noun"
        }

        (Complete "$Name -Key ").Trim("'") | Should -Contain "$($keys[0])"
    }

    It 'is silent and harmless without a connection' {
        Invoke-Fresh "Import-Module '$ModuleFolder'; @((TabExpansion2 -inputScript 'Get-SarkTenant -Key nosuch' -cursorColumn 26).CompletionMatches).Count" | Should -Be 0
    }
}
