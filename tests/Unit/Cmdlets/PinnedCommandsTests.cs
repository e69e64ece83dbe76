using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Which commands there are, which ask before they act, and how loudly. A change here is a change for users.</summary>
public sealed class PinnedCommandsTests
{
    // What people make, change and remove by one key.
    private static readonly string[] Nouns =
        [.. SarkResources.All.Where(r => !r.IsSingleton && r.SecondKeyColumn is null).Select(r => r.Noun)];

    // Everything that only reads, beside what begins with Get-.
    private static readonly string[] Silent =
    [
        "Connect-Sark", "Disconnect-Sark", "Import-SarkCsv", "Test-SarkBackup", "Test-SarkConfiguration", "Test-SarkFirewall",
        "Watch-SarkChange", "Watch-SarkEvent",
    ];

    // -WhatIf and -Confirm; no question unless it is wanted.
    private static readonly string[] Medium =
    [
        "Disconnect-SarkCall", "Export-SarkBackup", "Export-SarkCsv", "Export-SarkGreeting", "Export-SarkResource", "Export-SarkSnapshot",
        "Import-SarkBackup", "Import-SarkGreeting", "Import-SarkResource", "Import-SarkSnapshot",
        "Invoke-SarkCommit", "Invoke-SarkOriginate", "Invoke-SarkReload", "New-SarkBackup", "New-SarkCosClose", "New-SarkCosOpen",
        "New-SarkApiToken", "New-SarkSnapshot",
        "Remove-SarkDbEntry",
        "Set-SarkDbEntry", "Set-SarkExtensionRuntime", "Set-SarkFirewall", "Set-SarkGlobal", "Start-SarkPbx", "Stop-SarkJob",
        "Use-SarkChangeSet",
        .. Nouns.Select(n => "New-Sark" + n),
        .. Nouns.Select(n => "Set-Sark" + n),
    ];

    // Asks by itself: rows or files go, calls end, or what was there is replaced.
    private static readonly string[] High =
    [
        "Remove-SarkApiToken",
        "Remove-SarkBackup", "Remove-SarkCosClose", "Remove-SarkCosOpen", "Remove-SarkGreeting", "Remove-SarkSnapshot",
        .. Nouns.Select(n => "Remove-Sark" + n),
        "Restart-SarkFirewall", "Restart-SarkSystem", "Restore-SarkBackup", "Restore-SarkSnapshot", "Stop-SarkPbx",
        "Undo-SarkChange",
    ];

    public static TheoryData<string> Names => [.. Commands.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_command_asks_as_it_always_did(string name)
    {
        var attribute = Commands.Attribute(Commands.All[name]);
        var expected = Silent.Contains(name) || name.StartsWith("Get-", StringComparison.Ordinal)
            ? "silent"
            : Medium.Contains(name) ? "medium" : High.Contains(name) ? "high" : "not in the table";
        Assert.Equal(
            expected,
            !attribute.SupportsShouldProcess ? "silent" : attribute.ConfirmImpact == ConfirmImpact.High ? "high" : "medium");
    }

    [Fact]
    public void No_command_is_missing() =>
        Assert.Empty(Silent.Concat(Medium).Concat(High).Concat(Nouns.Select(n => "Get-Sark" + n)).Except(Commands.All.Keys));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_command_says_what_it_gives(string name)
    {
        var type = Commands.All[name];
        if (name.StartsWith("Get-", StringComparison.Ordinal) || name.StartsWith("New-", StringComparison.Ordinal))
        {
            Assert.True(type.IsDefined(typeof(OutputTypeAttribute), inherit: false), $"{name} does not declare what it gives.");
        }
    }
}
