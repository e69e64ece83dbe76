# The module beside another one that brought its own Microsoft.Data.Sqlite into the session. The other one is made here:
# an assembly of that name with nothing in it that the module could use.
Describe 'The module beside another database driver' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $other = Join-Path (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'other')).FullName 'Microsoft.Data.Sqlite.dll'
        # By the compiler itself: Add-Type gives an assembly a name of its own making.
        Add-Type -TypeDefinition 'public static class CompilerIsLoaded { }'
        $tree = [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText(@'
[assembly: System.Reflection.AssemblyVersion("1.2.3.4")]
namespace Microsoft.Data.Sqlite { public sealed class SqliteConnection { public string Where => "the other one"; } }
'@)
        $compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create(
            'Microsoft.Data.Sqlite',
            [Microsoft.CodeAnalysis.SyntaxTree[]] $tree,
            [Microsoft.CodeAnalysis.MetadataReference[]] [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location),
            [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new('DynamicallyLinkedLibrary'))
        [Microsoft.CodeAnalysis.FileSystemExtensions]::Emit($compilation, $other).Success | Should -BeTrue
        $list = "[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'Microsoft.Data.Sqlite' } | ForEach-Object {
            [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name + ' ' + `$_.GetName().Version }"
    }

    It 'reads its database with its own, and leaves the other one alone' {
        $lines = Invoke-Fresh "
            Add-Type -Path '$other'
            Import-Module '$ModuleFolder'
            `$null = Connect-Sark -Root '$TestDrive/a'
            (Get-SarkTenant default).Key
            [Microsoft.Data.Sqlite.SqliteConnection]::new().Where
            $list"
        $lines | Should -Contain 'default'
        $lines | Should -Contain 'the other one'
        $lines | Should -Contain 'Default 1.2.3.4'
        ($lines -match '^SarkPS \d').Count | Should -Be 1
    }

    It 'does no harm to one that comes later' {
        $lines = Invoke-Fresh "
            Import-Module '$ModuleFolder'
            `$null = Connect-Sark -Root '$TestDrive/b'
            (Get-SarkTenant default).Key
            Add-Type -Path '$other'
            [Microsoft.Data.Sqlite.SqliteConnection]::new().Where"
        $lines | Should -Be 'default', 'the other one'
    }

    It 'puts none of its packages where others would meet them' {
        $lines = Invoke-Fresh "
            Import-Module '$ModuleFolder'
            `$null = Connect-Sark -Root '$TestDrive/c'
            `$null = Get-SarkTenant
            [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { `$_.GetName().Name }"
        $lines | Should -Contain 'SarkPS.Core'
        $lines | Should -Not -Contain 'SarkPS.Data'
        $lines | Should -Not -Contain 'Microsoft.Data.Sqlite'
        $lines | Should -Not -Contain 'Dapper'
        $lines | Should -Not -Contain 'SQLitePCLRaw.core'
    }
}
