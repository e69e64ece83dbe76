BeforeDiscovery {
    . $PSScriptRoot/common.ps1
    $nouns = [SarkPS.SarkResources]::All.Noun | ForEach-Object { @{ Noun = "Sark$_" } }
    $setters = Get-Command -Module SarkPS -Verb Set | Where-Object { $_.Noun -in $nouns.Noun } | ForEach-Object { @{ Name = $_.Name; Noun = $_.Noun } }
}

BeforeAll {
    . $PSScriptRoot/common.ps1
    $null = New-TestExchange (Join-Path $TestDrive 'exchange') -WarningAction SilentlyContinue
    $null = New-SarkTenant -Key acme -Description 'A tenant whose description is longer than any column is wide'
    $null = New-SarkTrunk provider -Tenant acme -HostName sip.a-rather-long-name.example.com -UserName aRatherLongName -Password s3cretWord -Carrier GeneralSIP
    $null = New-SarkExtension 401 -Tenant acme -Description 'A telephone whose description is longer than any column is wide' -Password s3cretWord
    $null = New-SarkAgent 1001 -Tenant acme -Name Ann -Password 4711
    $null = New-SarkCosRule international -DialPlan _00.
    $null = New-SarkCosOpen 401 international
    $null = New-SarkCosClose 401 international
    $null = New-SarkHolidayTimer -Tenant acme -Start 2026-12-24 -End 2026-12-27
    $null = New-SarkRoute out -Tenant acme -Path1 provider -DialPlan _0X.
    $null = New-SarkRingGroup 600 -Tenant acme -Outcome None -Members 401
    # The others need nothing of their own to be looked at.
    foreach ($resource in Get-TestResource | Where-Object { -not (& "Get-Sark$($_.Noun)") }) {
        $key = if ($resource.Numbered) { @{} } else { @{ Key = $resource.Key } }
        $new = $resource.New
        $null = & "New-Sark$($resource.Noun)" @key @new
    }
}

AfterAll { Disconnect-Sark }

Describe 'What <Noun> looks like' -ForEach $nouns {
    It 'fits 80 columns, with whole words in the headings' {
        $lines = (& "Get-$Noun" | Out-String -Width 80) -split '\r?\n' -replace '\x1b\[[0-9;]*m' | Where-Object { $_ }
        $lines | Should -Not -BeNullOrEmpty
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines[0] | Should -Not -Match '\u2026'
        $heads = -split $lines[0]
        $known = [SarkPS.SarkResources]::Find($Noun.Substring(4)).RecordType.GetProperties().Name
        $heads | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }

    It 'holds no secret, neither shown nor converted nor exported' {
        $rows = @(& "Get-$Noun")
        $secret = ([SarkPS.SarkResources]::Find($Noun.Substring(4)).Columns | Where-Object IsSecret).Property
        $shown = $rows | Select-Object * | ConvertTo-Json -Depth 5 | ConvertFrom-Json -AsHashtable
        $shown.Keys + ($rows | Select-Object * | Get-Member -MemberType NoteProperty).Name + ($rows | ConvertTo-Csv | ConvertFrom-Csv | Get-Member -MemberType NoteProperty).Name |
            Where-Object { $_ -in $secret -or $_ -eq 'Raw' } | Should -BeNullOrEmpty
        $text = @($rows | Format-Table | Out-String -Width 400; $rows | Format-List | Out-String; $rows | Format-List * | Out-String; $rows | ConvertTo-Csv) -join "`n"
        $text | Should -Not -Match 'SarkPS\.Descriptors'
        $text | Should -Not -Match 's3cretWord|4711'
    }

    It 'gives a secret to who asks for it by name' {
        foreach ($name in ([SarkPS.SarkResources]::Find($Noun.Substring(4)).Columns | Where-Object { $_.IsSecret -and -not $_.IsHidden }).Property) {
            { (& "Get-$Noun" | Select-Object -First 1).$name } | Should -Not -Throw
        }

        if ($Noun -in 'SarkExtension', 'SarkTrunk') {
            (& "Get-$Noun").Password | Should -Be 's3cretWord'
            (& "Get-$Noun" | Select-Object Key, Password).Password | Should -Be 's3cretWord'
        }
    }
}

Describe '<Name>' -ForEach $setters {
    It 'clears every value that may go, and refuses by the rules what may not' {
        $skipped = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters +
            'Connection', 'PassThru', 'InputObject', 'Key', 'Option', 'Reason'
        foreach ($parameter in (Get-Command $Name).Parameters.Values | Where-Object { $_.Name -notin $skipped -and -not $_.SwitchParameter }) {
            $row = & "Get-$Noun" | Select-Object -First 1
            $given = @{ $parameter.Name = $null }
            $failures = @()
            $row | & $Name @given -ErrorVariable failures -ErrorAction SilentlyContinue
            if ($failures) {
                $failures[0].CategoryInfo.Category | Should -Be 'InvalidData' -Because "-$($parameter.Name) takes null"
            }
            elseif ($row.PSObject.Properties[$parameter.Name]) {
                (& "Get-$Noun" | Select-Object -First 1).($parameter.Name) | Should -BeNullOrEmpty -Because "-$($parameter.Name) was cleared"
            }
        }
    }

    It 'takes back what was exported, untouched' {
        $file = Join-Path $TestDrive "$Noun.csv"
        & "Get-$Noun" | Export-SarkCsv $file
        $before = & "Get-$Noun" | Select-Object * -ExcludeProperty Updated, Updater | ConvertTo-Json -Depth 5
        Import-SarkCsv $file | & $Name -ErrorAction Stop -WarningAction Stop
        & "Get-$Noun" | Select-Object * -ExcludeProperty Updated, Updater | ConvertTo-Json -Depth 5 | Should -Be $before
    }
}

Describe 'Tab' {
    It 'never offers file names for what is no path, connected or not' {
        Set-Location $TestDrive
        $wrong = foreach ($command in Get-Command -Module SarkPS) {
            foreach ($parameter in Get-OwnParameter $command | Where-Object { -not $_.SwitchParameter -and $_.Name -notin 'Path', 'LiteralPath', 'RejectPath', 'Database', 'Root' }) {
                if (@(Complete "$command -$($parameter.Name) ") -match '^\.[/\\]') { "$command -$($parameter.Name)" }
            }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'offers makers of telephones, with and without a connection' {
        Complete 'Set-SarkExtension 401 -Device ' | Should -Contain 'snom'
        Complete 'Set-SarkRingGroup 600 -Members ' | Should -Contain '401'
        Invoke-Fresh "Import-Module '$ModuleFolder'; (TabExpansion2 -inputScript 'Set-SarkExtension 401 -Device ' -cursorColumn 30).CompletionMatches.CompletionText" | Should -Contain 'MAILBOX'
    }
}

Describe 'The help' {
    It 'has the page about the module when the checkout is imported' {
        Invoke-Fresh "Import-Module '$Repository/SarkPS.psd1'; (Get-Help about_SarkPS | Out-String).Length -gt 1000" | Should -Be 'True'
    }

    It 'says which parameters a row gives' {
        (Get-Help New-SarkExtension -Parameter CallerId).pipelineInput | Should -Match 'CallerId'
        (Get-Help Set-SarkTrunk -Parameter HostName).pipelineInput | Should -Match 'host'
        (Get-Help New-SarkExtension -Parameter PassThru -ErrorAction Ignore).pipelineInput | Should -Not -Match 'row'
    }
}

Describe 'The sample that imports' {
    It 'runs on its own, ends with 1 when a row fails, and writes those rows down' {
        $shell = @((Get-Process -Id $PID).Path)
        if ([IO.Path]::GetFileNameWithoutExtension($shell[0]) -eq 'dotnet') {
            # PowerShell installed as a .NET tool: the process is dotnet, and the program its first argument.
            $shell += [Environment]::GetCommandLineArgs()[0]
        }

        $sample = $shell[1..9] + @('-NoProfile', '-NonInteractive', '-File', "$Repository/samples/import-extensions.ps1")
        $database = (Get-SarkConnection | Select-Object -First 1).Location
        $file = Join-Path $TestDrive 'in.csv'
        Set-Content $file "Key,Description`n701,Good`n401,Taken`n"
        $failed = Join-Path $TestDrive 'failed.csv'
        $said = & $shell[0] @sample $file acme -Database $database -FailedPath $failed
        $LASTEXITCODE | Should -Be 1
        $said | Should -Contain '1 of 2 made'
        (Import-Csv $failed).Key | Should -Be '401'
        $null = & $shell[0] @sample "$file.not" acme -Database $database 2>&1
        $LASTEXITCODE | Should -Not -Be 0
    }
}

Describe 'The README' {
    It 'has a block for PowerShell that touches no exchange and can be run twice' {
        $block = [regex]::Matches((Get-Content -Raw "$Repository/README.md"), '(?s)```powershell\r?\n(.*?)```').Value | Where-Object { $_ -match 'Import-Module' } | Select-Object -First 1
        $block | Should -Match 'Connect-Sark'
        $script = ($block -split '\r?\n' | Where-Object { $_ -notmatch '^```|^dotnet ' }) -join "`n"
        $script = $script.Replace('./SarkPS.psd1', "'$Repository/SarkPS.psd1'").Replace('samples/extensions.csv', "'$Repository/samples/extensions.csv'")
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'reader')
        $live = Join-Path $TestDrive 'live.db'
        Set-Content $live 'not a database, and never opened'
        1, 2 | ForEach-Object { Invoke-Fresh "`$env:SARK_DATABASE = '$live'; Set-Location '$folder'; $script; @(Get-SarkExtension).Count" } |
            Where-Object { $_ -eq '12' } | Should -HaveCount 2
        Get-Content $live | Should -Be 'not a database, and never opened'
    }
}
