# Use-SarkChangeSet: a script block whose changes are made as one set, or not at all.
BeforeAll {
    . $PSScriptRoot/common.ps1
    $null = New-TestExchange (Join-Path $TestDrive 'exchange')
}

AfterAll { Disconnect-Sark }

Describe 'Use-SarkChangeSet' {
    It 'makes what its block does as one set, which is undone as a whole' {
        $made = Use-SarkChangeSet -Reason 'a new customer' {
            New-SarkTenant acme -Description 'Acme Ltd'
            401..403 | New-SarkExtension -Tenant acme
            New-SarkRingGroup 600 -Tenant acme -Outcome (Get-SarkExtension -Tenant acme)[0].Key
        }
        $made.Key | Should -Be 'acme', '401', '402', '403', '600'
        (Get-SarkExtension 401).Password | Should -BeExactly $made[1].Password

        $changes = Get-SarkChange
        @($changes.ChangeSet | Select-Object -Unique).Count | Should -Be 1
        @($changes.Reason | Select-Object -Unique) | Should -Be 'a new customer'
        $null = $changes | Undo-SarkChange -Force
        (Get-SarkTenant).Key | Should -Not -Contain 'acme'
    }

    It 'runs in the scope of its caller' {
        $count = 1
        function Get-Description { 'from a function' }
        Use-SarkChangeSet { $count++; $null = New-SarkTenant acme -Description (Get-Description) }
        $count | Should -Be 2
        (Get-SarkTenant acme).Description | Should -Be 'from a function'
        1, 2 | ForEach-Object { Use-SarkChangeSet { $_ } } | Should -Be 1, 2
        @(Use-SarkChangeSet { , (1, 2) }).Count | Should -Be 1
        @(Use-SarkChangeSet { 1; , (2, 3); 4 }).Count | Should -Be 3
        @(Use-SarkChangeSet { }).Count | Should -Be 0
        Remove-SarkTenant acme -Force
    }

    It 'makes nothing where a command was refused, though the script went on' {
        { Use-SarkChangeSet { New-SarkTenant acme -Description A; New-SarkTenant default -Description B } -ErrorAction SilentlyContinue 2>$null } |
            Should -Throw -ErrorId 'SarkChangeSetConflict,SarkPS.Cmdlets.UseSarkChangeSetCommand'
        (Get-SarkTenant).Key | Should -Not -Contain 'acme'
    }

    It 'makes nothing where an error ends the block, and gives the error' {
        { Use-SarkChangeSet { New-SarkTenant acme -Description A; throw 'enough' } } | Should -Throw 'enough'
        (Get-SarkTenant).Key | Should -Not -Contain 'acme'
    }

    It 'refuses what could not be taken back' {
        { Use-SarkChangeSet { New-SarkSnapshot } } | Should -Throw -ErrorId 'SarkChangeSetBadRequest*'
    }

    It 'tells the changes under -PassThru, and makes none under -WhatIf' {
        (Use-SarkChangeSet -PassThru { $null = New-SarkTenant acme -Description A }).Action | Should -Be 'Created'
        Use-SarkChangeSet -WhatIf { Remove-SarkTenant acme -Force } | Should -BeNullOrEmpty
        (Get-SarkTenant).Key | Should -Contain 'acme'
    }
}
