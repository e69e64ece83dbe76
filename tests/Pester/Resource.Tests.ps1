# One story for each resource, told with the same words: make, find, change, copy through CSV, remove. What differs is
# in the table of common.ps1.
BeforeDiscovery {
    . $PSScriptRoot/common.ps1

    $resources = Get-TestResource
    $keyed = $resources | Where-Object { -not $_.Numbered }
}

Describe 'The table of resources' {
    It 'has all that are made by one key' {
        . $PSScriptRoot/common.ps1
        $made = [SarkPS.SarkResources]::All | Where-Object { -not $_.IsSingleton -and -not $_.SecondKeyColumn }
        (Get-TestResource).Noun | Sort-Object | Should -Be ($made.Noun | Sort-Object)
    }
}

Describe 'Sark<Noun>' -ForEach $resources {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $null = New-TestExchange (Join-Path $TestDrive $Noun)
        $null = New-SarkTenant acme -Description 'Acme Ltd'
        $null = New-SarkExtension 401 -Tenant acme -Description Desk
        $get, $set, $make, $remove = 'Get', 'Set', 'New', 'Remove' | ForEach-Object { "$_-Sark$Noun" }
        $naming = if ($Numbered) { @{} } else { @{ Key = $Key } }

        $before = @(& $get).Count
        $made = & $make @naming @New
        $name = $made.Key
    }

    AfterAll { Disconnect-Sark }

    It 'is made as an object of its type, with what was given' {
        $made.GetType().FullName | Should -Be "SarkPS.$Noun"
        $name | Should -Not -BeNullOrEmpty
        foreach ($value in $New.GetEnumerator()) {
            $made.($value.Key) | Should -Be $value.Value
        }
    }

    It 'is found among the others, by key and by pattern' {
        @(& $get).Count | Should -Be ($before + 1)
        (& $get $name).Key | Should -Be $name
        (& $get "$name*").Key | Should -Contain $name
        ($name | & $get).Key | Should -Be $name
    }

    It 'stays as it is under -WhatIf' {
        & $set $name @Change -WhatIf
        & $remove $name -WhatIf
        $now = & $get $name
        foreach ($property in $made.PSObject.Properties) {
            "$($now.($property.Name))" | Should -Be "$($property.Value)" -Because $property.Name
        }
    }

    It 'is changed where it was told to, and nowhere else' {
        $changed = & $set $name @Change -PassThru
        # Raw holds the columns as they are stored, time stamps among them.
        $touched = @($Change.Keys) + 'Raw', 'Updated', 'Updater', 'RouteClassOpen'
        foreach ($property in $made.PSObject.Properties | Where-Object Name -NotIn $touched) {
            "$($changed.($property.Name))" | Should -Be "$($property.Value)" -Because $property.Name
        }

        foreach ($value in $Change.GetEnumerator()) {
            (& $get $name).($value.Key) | Should -Be $value.Value
        }
    }

    It 'that is not there is an error with an id, and the next one is found' {
        $found = '999999', $name | & $get -ErrorVariable errors -ErrorAction SilentlyContinue
        $found.Key | Should -Be $name
        $errors[0].FullyQualifiedErrorId | Should -BeLike "Sark${Noun}NotFound,*"
        $errors[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $errors[0].TargetObject | Should -Be '999999'
    }

    It 'comes back from a CSV file as it was, and is gone when it was removed' {
        $file = Join-Path $TestDrive "$Noun.csv"
        $kept = & $get $name
        $kept | Export-SarkCsv $file -IncludeSecrets
        & $remove $name -Confirm:$false
        & $get $name -ErrorVariable errors -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike "Sark${Noun}NotFound,*"

        $again = Import-Csv $file | & $make
        $volatile = 'Raw', 'Created', 'Updated', 'Updater' + @($(if ($Numbered) { 'Key', 'Name' }))
        foreach ($property in $kept.PSObject.Properties | Where-Object Name -NotIn $volatile) {
            "$($again.($property.Name))" | Should -Be "$($property.Value)" -Because $property.Name
        }

        & $remove $again.Key -Confirm:$false
        @(& $get).Count | Should -Be $before
    }
}

Describe 'Sark<Noun>, made twice' -ForEach $keyed {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $null = New-TestExchange (Join-Path $TestDrive "twice-$Noun")
        $null = New-SarkTenant acme -Description 'Acme Ltd'
        $null = New-SarkExtension 401 -Tenant acme -Description Desk
    }

    AfterAll { Disconnect-Sark }

    It 'is an error, and the first one stays' {
        $null = & "New-Sark$Noun" $Key @New
        & "New-Sark$Noun" $Key @New -ErrorVariable errors -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike "Sark${Noun}Conflict,*"
        $errors[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        $errors[0].TargetObject | Should -Be $Key
        @(& "Get-Sark$Noun" $Key).Count | Should -Be 1
    }
}

Describe 'Class of service' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $null = New-TestExchange (Join-Path $TestDrive 'cos')
        $null = New-SarkTenant acme -Description 'Acme Ltd'
        401, 402 | ForEach-Object { $null = New-SarkExtension $_ -Tenant acme -Description Desk }
        $null = New-SarkCosRule international -DialPlan _00.
    }

    AfterAll { Disconnect-Sark }

    It 'is given to all extensions of a tenant, and taken away from one: SarkCos<_>' -ForEach 'Open', 'Close' {
        $null = Get-SarkExtension -Tenant acme | & "New-SarkCos$_" -Rule international
        (& "Get-SarkCos$_").Extension | Sort-Object | Should -Be '401', '402'
        & "Remove-SarkCos$_" 401 international -Confirm:$false
        (& "Get-SarkCos$_").Extension | Should -Be '402'
    }
}

Describe 'SarkGlobal' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $null = New-TestExchange (Join-Path $TestDrive 'global')
    }

    AfterAll { Disconnect-Sark }

    It 'is one object, changed where it was told to' {
        $before = Get-SarkGlobal
        @($before).Count | Should -Be 1
        Set-SarkGlobal -RingDelay 25 -WhatIf
        (Get-SarkGlobal).RingDelay | Should -Be $before.RingDelay
        Set-SarkGlobal -RingDelay 25
        (Get-SarkGlobal).RingDelay | Should -Be 25
    }
}

Describe 'SarkDestination' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $null = New-TestExchange (Join-Path $TestDrive 'destination')
        $null = New-SarkTenant acme -Description 'Acme Ltd'
        $null = New-SarkExtension 401 -Tenant acme -Description Desk
    }

    AfterAll { Disconnect-Sark }

    It 'is every place where a call can go' {
        $names = (Get-SarkDestination).Name
        $names | Should -Contain '401'
        $names | Should -Contain 'Hangup'
    }

    It 'that is unknown is refused, and nothing is made' {
        New-SarkRingGroup 600 -Tenant acme -Outcome nowhere -ErrorVariable errors -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'SarkRingGroupValidation,*'
        Get-SarkRingGroup 600 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }
}
