BeforeDiscovery {
    . $PSScriptRoot/common.ps1
    $nouns = [SarkPS.SarkResources]::All.Noun
    $files = @(
        @{ Name = 'UTF-8'; Delimiter = ','; Encoding = [Text.UTF8Encoding]::new($false); Given = @{} }
        @{ Name = 'UTF-8 with a mark, semicolons'; Delimiter = ';'; Encoding = [Text.UTF8Encoding]::new($true); Given = @{} }
        @{ Name = 'UTF-16, tabs'; Delimiter = "`t"; Encoding = [Text.Encoding]::Unicode; Given = @{} }
        @{ Name = '1252, semicolons'; Delimiter = ';'; Encoding = [Text.Encoding]::Latin1; Given = @{ Encoding = 1252 } }
        @{ Name = 'UTF-16 without a mark'; Delimiter = ','; Encoding = [Text.UnicodeEncoding]::new($false, $false); Given = @{ Encoding = 'unicode' } }
        @{ Name = 'bars that are said'; Delimiter = '|'; Encoding = [Text.UTF8Encoding]::new($false); Given = @{ Delimiter = '|' } }
    )
}

BeforeAll {
    . $PSScriptRoot/common.ps1

    # An exchange of a test's own, with a tenant acme.
    function New-Exchange {
        $null = New-TestExchange (Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))) -WarningAction SilentlyContinue
        $null = New-SarkTenant acme -Description Acme
    }

    # A file in a folder of its own.
    function New-File {
        param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string[]] $Line)
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))
        $file = Join-Path $folder $Name
        Set-Content -LiteralPath $file $Line
        $file
    }
}

AfterAll { Disconnect-Sark }

Describe 'Import-SarkResource of <Name>' -ForEach $files {
    It 'reads what spreadsheets write' {
        New-Exchange
        $file = New-File extensions.csv 'x'
        $text = "Key${Delimiter}Description${Delimiter}Tenant`r`n501${Delimiter}""Müller, Süd""${Delimiter}acme`r`n`r`n502${Delimiter}""""${Delimiter}acme`r`n${Delimiter}${Delimiter}`r`n"
        [IO.File]::WriteAllText($file, $text, $Encoding)
        $rows = Import-SarkResource $file @Given -WarningAction SilentlyContinue -ErrorAction SilentlyContinue
        # The name goes into a file whose fields commas separate.
        ($rows | Where-Object Outcome -EQ Error).Column | Should -Be 'Description'
        [IO.File]::WriteAllText($file, $text.Replace('r, S', 'r S'), $Encoding)
        $rows = Import-SarkResource $file @Given
        $rows.Outcome | Should -Be Created, Created
        $rows.Line | Should -Be 2, 4
        (Get-SarkExtension 501).Description | Should -Be 'Müller Süd'
    }
}

Describe 'A file with one bad row in 10,000' {
    It 'changes nothing, and plan and run name file, line, column and value' {
        New-Exchange
        $null = Import-SarkResource @(
            New-File extensions.csv (@('Key,Tenant') + (500..599 | ForEach-Object { "$_,acme" }))
            New-File cosrules.csv (@('Key,DialPlan') + (0..99 | ForEach-Object { "rule$_,_0$_" })))
        $lines = 0..9999 | ForEach-Object { "$(500 + [math]::Floor($_ / 100)),rule$($_ % 100)" }
        $lines[6789] = '567,rule 89'
        $file = New-File cosopens.csv (@('Extension,Rule') + $lines)
        $connection = (Get-SarkConnection | Select-Object -First 1).Location
        $before = (Get-FileHash $connection).Hash
        $planned = Import-SarkResource $file -WhatIf -ErrorVariable plan -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $made = Import-SarkResource $file -ErrorVariable run -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        (Get-FileHash $connection).Hash | Should -Be $before
        foreach ($rows in $planned, $made) {
            $rows.Count | Should -Be 10000
            $bad = $rows | Where-Object Outcome -NE Skipped
            $bad.File | Should -Be $file
            $bad.Line | Should -Be 6791
            $bad.Column | Should -Be 'Rule'
            $bad.Value | Should -Be 'rule 89'
            $bad.Allowed | Should -Match 'class-of-service rule'
            $bad.Key | Should -Be '567/rule 89'
        }

        "$plan" | Should -Be "$run"
        "$run" | Should -Match 'cosopens\.csv, line 6791'
        $run[0].FullyQualifiedErrorId | Should -Match '^SarkCosOpenValidation'
        $run[0].TargetObject.Line | Should -Be 6791
        Get-SarkCosOpen | Should -BeNullOrEmpty
    }
}

Describe 'Import-SarkResource' {
    BeforeEach { New-Exchange }

    It 'makes one change of several files, in the order of references' {
        $folder = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
        $null = New-Item -ItemType Directory $folder
        Set-Content (Join-Path $folder cosopens.csv) "Extension,Rule`n601,intl"
        Set-Content (Join-Path $folder extensions.csv) "Key,Tenant,VoicemailDivert`n601,globex,602`n602,globex,"
        Set-Content (Join-Path $folder cosrules.csv) "Key,DialPlan,DefaultOpen`nintl,_00X.,YES`npremium,_09X.,YES"
        Set-Content (Join-Path $folder tenants.json) '[{"pkey":"globex","description":"Globex","operator":"601"}]'
        $planned = Import-SarkResource (Join-Path $folder *) -WhatIf
        Get-SarkTenant | Where-Object Key -EQ globex | Should -BeNullOrEmpty
        $rows = Import-SarkResource (Join-Path $folder *) -Reason 'a new company'
        "$planned" | Should -Be "$rows"
        # The pair of the file is there by then: making the extension has made it.
        $rows.Outcome | Sort-Object -Unique | Should -Be Created, Unchanged, Removed
        (Get-SarkTenant globex).Operator | Should -Be '601'
        (Get-SarkCosOpen | Where-Object Extension -EQ 601).Rule | Should -Be 'intl'
    }

    It 'writes refused rows to a file that can be put right and imported again' {
        $file = New-File phones.csv 'Key;Transport;Description;Tenant', '501;udp;Ann;acme', '502;smoke;"Bob ""B""";acme', '503;udp;Cy;nobody'
        $rejects = Join-Path $TestDrive rejects.csv
        $rows = Import-SarkResource $file Extension -ContinueOnError -RejectPath $rejects -ErrorAction SilentlyContinue -ErrorVariable failed
        $rows.Outcome | Should -Be Created, Error, Error
        $failed | Should -HaveCount 2
        Get-Content $rejects | Should -Be 'Key;Transport;Description;Tenant', '502;smoke;"Bob ""B""";acme', '503;udp;Cy;nobody'
        (Get-Content $rejects) -replace 'smoke', 'tcp' -replace 'nobody', 'acme' -replace '""B""', 'B' | Set-Content $rejects
        (Import-SarkResource $rejects Extension).Outcome | Should -Be Created, Created
        (Get-SarkExtension).Key | Should -Be 501, 502, 503
    }

    It 'writes refused rows of several files into a folder, and those of JSON as JSON' {
        $phones = New-File extensions.csv 'Key,Tenant', '501,nobody'
        $tenants = New-File tenants.json '[', '{ "Key": "globex", "Description": "Globex" },', '{ "Key": "hooli", "MaxChannels": "many", "Description": "Hooli" }', ']'
        $folder = Join-Path $TestDrive refused
        $rows = Import-SarkResource $phones, $tenants -RejectPath $folder -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $rows.Outcome | Should -Be Error, Skipped, Error
        $rows[2].Line | Should -Be 3
        $rows[2].Column | Should -Be MaxChannels
        (Get-Content -Raw (Join-Path $folder tenants.json) | ConvertFrom-Json).MaxChannels | Should -Be many
        Get-Content (Join-Path $folder extensions.csv) | Should -Be 'Key,Tenant', '501,nobody'
        Get-SarkTenant | Where-Object Key -EQ globex | Should -BeNullOrEmpty
    }

    It 'leaves alone where a cell is empty, clears where it is one blank, and clears on null in JSON' {
        $null = New-SarkExtension 501 -Tenant acme -CallerId 441 -CellPhone 442 -VoicemailEmail ann@example.com
        $rows = Import-SarkResource (New-File extensions.csv 'Key,CallerId,CellPhone', '501,, ') -Mode Update
        $rows.Outcome | Should -Be Updated
        $rows.Changes.Column | Should -Be cellphone
        $null = Import-SarkResource (New-File extensions.json '[{ "Key": "501", "VoicemailEmail": null, "CallerId": "" }]') -Mode Upsert
        $row = Get-SarkExtension 501
        $row.CallerId | Should -Be 441
        $row.CellPhone | Should -BeNullOrEmpty
        $row.VoicemailEmail | Should -BeNullOrEmpty
    }

    It 'makes, changes or does either, as -Mode says' {
        $file = New-File extensions.csv 'Key,Tenant,Description', '501,acme,Ann'
        (Import-SarkResource $file -Mode Update -ErrorAction SilentlyContinue -ErrorVariable none -WarningAction SilentlyContinue).Outcome | Should -Be Error
        $none[0].FullyQualifiedErrorId | Should -Match '^SarkExtensionNotFound'
        (Import-SarkResource $file -Mode Upsert).Outcome | Should -Be Created
        (Import-SarkResource $file -Mode Upsert).Outcome | Should -Be Unchanged
        (Import-SarkResource $file -ErrorAction SilentlyContinue -ErrorVariable taken -WarningAction SilentlyContinue).Outcome | Should -Be Error
        $taken[0].FullyQualifiedErrorId | Should -Match '^SarkExtensionConflict'
    }

    It 'takes a change set as it stands' {
        $file = New-File move.json '{ "steps": [', '{ "action": "create", "resource": "tenants", "values": { "pkey": "globex", "description": "Globex" } },', '{ "action": "update", "resource": "tenants", "key": "acme", "values": { "description": "Old" } },', '{ "action": "remove", "resource": "queues", "key": "none" } ] }'
        $rows = Import-SarkResource $file -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $rows.Outcome | Should -Be Skipped, Skipped, Error
        $rows.Line | Should -Be 2, 3, 4
        (Get-Content $file) -replace 'none', 'sales' | Set-Content $file
        $null = New-SarkQueue sales -Tenant acme
        (Import-SarkResource $file).Outcome | Should -Be Created, Updated, Removed
        { Import-SarkResource $file -Mode Update -ErrorAction Stop } | Should -Throw -ErrorId 'SarkImportBadRequest,*'
    }

    It 'names file and line of a file that is none' -ForEach @(
        @{ Name = 'extensions.csv'; Line = 'Key,Description', '501,"a"b'; Says = 'line 2' }
        @{ Name = 'extensions.csv'; Line = 'Key,Description', '501,a,b,c'; Says = 'line 2' }
        @{ Name = 'extensions.json'; Line = '[{ "Key": "501" },', '{ "Key" "502" }]'; Says = 'line 2' }
        @{ Name = 'extensions.json'; Line = '[', '12]'; Says = 'line 2' }
        @{ Name = 'extensions.csv'; Line = 'Key,Descripton', '501,Ann'; Says = 'Description' }
        @{ Name = 'people.csv'; Line = 'Key,Description', '501,Ann'; Says = '-Resource' }
    ) {
        $file = New-File $Name $Line
        { Import-SarkResource $file -ErrorAction Stop } | Should -Throw -ErrorId 'SarkImportBadRequest,*' -PassThru | ForEach-Object { "$_" } | Should -Match $Says
        Get-SarkExtension | Should -BeNullOrEmpty
    }

    It 'refuses what a spreadsheet made of numbers' {
        $file = New-File extensions.csv 'Key,Tenant,CallerId', '641,acme,4.4792E+11', '"6.45E+02",acme,', '647.0,acme,', "64$([char] 0x200B)8,acme,", '0646,acme,'
        $rows = Import-SarkResource $file -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $rows.Outcome | Should -Be Error, Error, Error, Error, Skipped
        $rows.Column | Should -Be CallerId, Key, Key, Key, $null
    }

    It 'asks with -Confirm and does nothing with no rows' {
        $null = Import-SarkResource (New-File extensions.csv 'Key,Tenant') -WarningVariable none -WarningAction SilentlyContinue
        $none | Should -HaveCount 1
        (Get-Command Import-SarkResource).Parameters.Keys | Should -Contain Confirm
    }
}

Describe 'Export-SarkResource' {
    BeforeAll {
        New-Exchange
        $null = New-SarkExtension 401 -Tenant acme -Password s3cretWord
        foreach ($resource in Get-TestResource | Where-Object Noun -NE Tenant) {
            $key = if ($resource.Numbered) { @{} } else { @{ Key = $resource.Key } }
            $new = $resource.New
            $null = & "New-Sark$($resource.Noun)" @key @new
        }

        $null = New-SarkHolidayTimer -Tenant acme -Start 2026-12-24 -End 2026-12-27
        $null = New-SarkCosOpen 401 international
        $null = New-SarkCosClose 401 international
    }

    It 'writes <_> so that it comes back unchanged' -ForEach $nouns {
        $file = Join-Path $TestDrive "$_.csv"
        Export-SarkResource $_ $file
        (Import-SarkResource $file -Mode Upsert).Outcome | Sort-Object -Unique | Should -Be Unchanged
        Export-SarkResource $_ $file -Delimiter ';' -Encoding unicode -IncludeSecrets
        (Import-SarkResource $file $_ -Mode Upsert -WhatIf).Outcome | Sort-Object -Unique | Should -Be Unchanged
    }

    It 'writes everything into a folder or a JSON file, from which another exchange can be made' {
        $folder = Join-Path $TestDrive everything
        Export-SarkResource * $folder -IncludeSecrets
        (Get-ChildItem $folder).BaseName | Sort-Object | Should -Be ([SarkPS.SarkResources]::All.Route | Sort-Object)
        $json = Join-Path $TestDrive everything.json
        Export-SarkResource * $json -IncludeSecrets
        $other = Connect-Sark -Root (New-Item -ItemType Directory (Join-Path $TestDrive other)).FullName -NotDefault -WarningAction SilentlyContinue
        $rows = Import-SarkResource $json -Mode Upsert -Connection $other -WarningAction SilentlyContinue
        $rows | Where-Object Outcome -EQ Error | Should -BeNullOrEmpty
        (Get-SarkExtension 401 -Connection $other).Password | Should -Be 's3cretWord'
        foreach ($noun in [SarkPS.SarkResources]::All.Noun) {
            # What is drawn, and what is told of the exchange and the moment.
            $skipped = 'Created', 'Updated', 'Updater', 'Exchange', 'IsOpen', 'NextChange' + @(if ($noun -match 'Timer$') { 'Name' })
            & "Get-Sark$noun" -Connection $other | Select-Object * -ExcludeProperty $skipped | ConvertTo-Json -Depth 5 |
                Should -Be (& "Get-Sark$noun" | Select-Object * -ExcludeProperty $skipped | ConvertTo-Json -Depth 5) -Because $noun
        }
    }

    It 'leaves secrets out unless they are asked for' {
        $file = Join-Path $TestDrive secret.csv
        Export-SarkResource Extension $file
        Get-Content -Raw $file | Should -Not -Match 's3cretWord'
        Export-SarkResource Extension $file -IncludeSecrets
        Get-Content -Raw $file | Should -Match 's3cretWord'
        if (-not $IsWindows) { (Get-Item $file).UnixMode | Should -Be '-rw-------' }
    }

    It 'keeps the old file where the new one cannot be written, and refuses what it is told to keep' {
        $null = Set-SarkExtension 401 -Description 'Straße Łódź'
        $file = Join-Path $TestDrive old.csv
        Set-Content $file old
        { Export-SarkResource Extension $file -Encoding 1252 -ErrorAction Stop } | Should -Throw -ErrorId 'SarkImportBadRequest,*'
        { Export-SarkResource Extension $file -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'SarkImportConflict,*'
        { Export-SarkResource Extension, Trunk $file -ErrorAction Stop } | Should -Throw -ErrorId 'SarkImportBadRequest,*'
        { Export-SarkResource Toaster $file -ErrorAction Stop } | Should -Throw -ErrorId 'SarkImportBadRequest,*'
        Export-SarkResource Extension $file -WhatIf
        Get-Content $file | Should -Be old
        Get-ChildItem "$file*" | Should -HaveCount 1
    }
}
