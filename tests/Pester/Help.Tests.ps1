BeforeDiscovery {
    . $PSScriptRoot/common.ps1
    $commands = Get-Command -Module SarkPS | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
}

Describe 'Help of <Name>' -ForEach $commands {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $help = Get-Help $Name -Full
    }

    It 'has a synopsis of its own' {
        # Without a page PowerShell makes one of the syntax.
        $help.Synopsis.Trim() | Should -Not -BeNullOrEmpty
        $help.Synopsis.Trim() | Should -Not -BeLike "$Name*"
    }

    It 'has a description' {
        ($help.Description.Text -join '').Trim() | Should -Not -BeNullOrEmpty
    }

    It 'has two examples or more, each with a command and a title that says what it does' {
        $examples = @($help.Examples.Example)
        $examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $examples) {
            $example.Code.Trim() | Should -Not -BeNullOrEmpty
            $example.Title | Should -Match 'Example \d+: \w+'
        }
    }

    It 'has examples that are PowerShell and name parameters that exist' {
        foreach ($example in @($help.Examples.Example)) {
            $errors = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($example.Code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $calls = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
            foreach ($call in $calls) {
                $called = Get-Command $call.GetCommandName() -Module SarkPS -ErrorAction Ignore
                $named = $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }
                foreach ($parameter in $named | Where-Object { $called }) {
                    { $called.ResolveParameter($parameter.ParameterName) } | Should -Not -Throw -Because "$($parameter.Extent) is in an example of $Name"
                }
            }
        }
    }

    It 'says something about each parameter' {
        $silent = foreach ($parameter in Get-OwnParameter $Command) {
            $text = ($help.Parameters.Parameter | Where-Object Name -EQ $parameter.Name).Description.Text -join ''
            if (-not $text.Trim()) { $parameter.Name }
        }
        $silent | Should -BeNullOrEmpty
    }

    It 'knows no parameter that does not exist' {
        $help.Parameters.Parameter.Name | Where-Object { $_ -and $_ -notin $Command.Parameters.Keys } | Should -BeNullOrEmpty
    }
}

Describe 'Help of the module' {
    BeforeAll { . $PSScriptRoot/common.ps1 }

    It 'has a page about it' {
        (Get-Help about_SarkPS) -join "`n" | Should -Match 'about_SarkPS'
    }
}
