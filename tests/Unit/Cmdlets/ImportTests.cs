using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Import-SarkResource and Export-SarkResource do the same here and from afar.</summary>
public sealed class ImportTests
{
    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Files_are_planned_made_and_exported_on_every_side(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tenants.csv"], "Key,Description,Operator\nacme,Acme,501\n");
        File.WriteAllText(
            folder["extensions.csv"],
            "Key;Tenant;VoicemailDivert;Transport;Kind\n501;acme;503;udp;\n502;acme;;smoke;Mailbox\n503;acme;;;WebRtc\n");
        (string, object?) files = ("files", new[] { folder["extensions.csv"], folder["tenants.csv"] });
        var before = engine.Database.Content();

        var planned = engine.Run("Import-SarkResource $files -WhatIf", files);
        var refused = engine.Run("Import-SarkResource $files", files);

        Assert.Empty(before.ChangesTo(engine.Database.Content()));
        Assert.Equal(
            ["extensions.csv 2 501 Skipped ", "extensions.csv 3 502 Error Transport=smoke", "extensions.csv 4 503 Skipped ",
                "tenants.csv 2 acme Skipped "],
            refused.Of<ImportedRow>().Select(Told));
        Assert.Equal(planned.Of<ImportedRow>().Select(r => r.Message), refused.Of<ImportedRow>().Select(r => r.Message));
        Assert.Equal("allowed are udp, tcp, tls, wss", refused.Of<ImportedRow>().ElementAt(1).Allowed);
        Assert.Equal(planned.Errors.Select(Described), refused.Errors.Select(Described));

        var better = File.ReadAllText(folder["extensions.csv"]).Replace("smoke", "tcp", StringComparison.Ordinal);
        File.WriteAllText(folder["extensions.csv"], better);
        var made = engine.Run("Import-SarkResource $files -Reason 'a move'", files).Good();

        Assert.All(made.Of<ImportedRow>(), r => Assert.Equal(StepOutcome.Created, r.Outcome));
        Assert.Equal("501", engine.Run("Get-SarkTenant acme").Single<Tenant>().Operator);
        Assert.Equal("503", engine.Run("Get-SarkExtension 501").Single<Extension>().VoicemailDivert);
        var again = engine.Run(
            "Export-SarkResource Tenant, Extension $out; Import-SarkResource $out/*.csv -Mode Upsert", ("out", folder["out"])).Good();
        Assert.All(again.Of<ImportedRow>(), r => Assert.Equal(StepOutcome.Unchanged, r.Outcome));
    }

    private static string Described(ErrorRecord error) => $"{error.FullyQualifiedErrorId} {error.CategoryInfo.Category} {error}";

    private static string Told(ImportedRow row) => $"{Path.GetFileName(row.File)} {row.Line} {row.Key} {row.Outcome} "
        + (row.Column is null ? "" : $"{row.Column}={row.Value}");
}
