using SarkPS.Descriptors;
using SarkPS.Tests.Journal;

namespace SarkPS.Tests.Interchange;

/// <summary>Rows of files as one change set.</summary>
public sealed class ImportSetTests
{
    [Fact]
    public async Task Files_in_any_order_become_one_set_in_the_order_of_references()
    {
        using var database = new JournalDatabase();

        var rows = await ImportAsync(
            database,
            ImportMode.Create,
            Rows("cosopens.csv", "Extension,Rule", "501,intl"),
            Rows("extensions.csv", "Key,Tenant,VoicemailDivert,Kind", "501,acme,502,", "502,acme,,Mailbox"),
            Rows("cosrules.csv", "Key,DialPlan,DefaultOpen", "intl,_00X.,YES", "premium,_09X.,YES"),
            Rows("tenants.csv", "Key,Description,Operator", "acme,Acme,501"));

        Assert.Empty(rows.Select(r => r.Message).OfType<string>());
        Assert.Equal(["acme|501"], database.Query("SELECT pkey, operator FROM Cluster WHERE pkey = 'acme'"));
        Assert.Equal(["501|502", "502|502"], database.Query("SELECT pkey, dvrvmail FROM IPphone ORDER BY pkey"));
        // What the extension was given beside the file's is taken away again, and that is told.
        Assert.Equal(["501|intl"], database.Query("SELECT IPphone_pkey, COS_pkey FROM IPphoneCOSopen"));
        var taken = Assert.Single(rows, r => r.Outcome == StepOutcome.Removed);
        Assert.Equal(("CosOpen", "501/premium", 2), (taken.Resource, taken.Key, taken.Line));
        Assert.Single((await database.HistoryAsync()).Select(e => e.ChangeSet).Distinct());
    }

    [Fact]
    public async Task Without_rows_of_pairs_an_extension_keeps_what_it_is_given()
    {
        using var database = new JournalDatabase();
        await ImportAsync(database, ImportMode.Create, Rows("cosrules.csv", "Key,DialPlan,DefaultOpen", "intl,_00X.,YES"));

        await ImportAsync(database, ImportMode.Create, Rows("extensions.csv", "Key,Tenant", "501,default"));

        Assert.Equal(["501|intl"], database.Query("SELECT IPphone_pkey, COS_pkey FROM IPphoneCOSopen"));
    }

    [Fact]
    public async Task Pairs_of_an_extension_that_is_there_are_left_alone()
    {
        using var database = new JournalDatabase();
        await ImportAsync(
            database,
            ImportMode.Create,
            Rows("cosrules.csv", "Key,DialPlan,DefaultOpen", "intl,_00X.,YES", "premium,_09X.,NO"),
            Rows("extensions.csv", "Key,Tenant", "501,default"));

        var rows = await ImportAsync(
            database,
            ImportMode.Upsert,
            Rows("extensions.csv", "Key,Tenant", "501,default"),
            Rows("cosopens.csv", "Extension,Rule", "501,premium"));

        Assert.Equal([StepOutcome.Unchanged, StepOutcome.Created], rows.Select(r => r.Outcome));
        Assert.Equal(
            ["501|intl", "501|premium"],
            database.Query("SELECT IPphone_pkey, COS_pkey FROM IPphoneCOSopen ORDER BY COS_pkey"));
        // Whoever said no kind is not told that it does not count.
        Assert.Empty(rows.SelectMany(r => r.Notices));
    }

    [Fact]
    public async Task An_empty_cell_leaves_alone_and_a_blank_clears()
    {
        using var database = new JournalDatabase();
        await ImportAsync(
            database,
            ImportMode.Create,
            Rows("extensions.csv", "Key,Tenant,CallerId,VoicemailEmail,CellPhone", "501,default,441924566501,ann@example.com,0770900123"));

        var rows = await ImportAsync(
            database,
            ImportMode.Update,
            Rows("extensions.csv", "Key,CallerId,VoicemailEmail,CellPhone", "501,, ,   "));

        Assert.Equal(StepOutcome.Updated, Assert.Single(rows).Outcome);
        Assert.Equal(
            ["441924566501|NULL|0770900123"],
            database.Query("SELECT callerid, vmailfwd, cellphone FROM IPphone WHERE pkey = '501'"));
    }

    [Fact]
    public async Task A_blank_clears_what_a_create_fills_in_by_itself()
    {
        using var database = new JournalDatabase();

        var rows = await ImportAsync(
            database,
            ImportMode.Create,
            Rows(
                "trunks.csv",
                "Key,Carrier,Tenant,HostName,UserName,Password,PeerStanza",
                "one,GeneralSIP,default,192.0.2.1,acme,s3cret,",
                "two,GeneralSIP,default,192.0.2.2,acme2,s3cret, "));

        Assert.All(rows, r => Assert.Equal(StepOutcome.Created, r.Outcome));
        Assert.Equal(
            ["one|1", "two|0"],
            database.Query("SELECT pkey, length(coalesce(sipiaxpeer, '')) > 0 FROM lineIO "
                + "WHERE pkey IN ('one', 'two') ORDER BY pkey"));
    }

    [Fact]
    public async Task A_row_that_is_refused_is_told_with_column_value_and_what_is_allowed()
    {
        using var database = new JournalDatabase();
        var before = database.Content();

        var rows = await ImportAsync(
            database,
            ImportMode.Create,
            Rows(
                "extensions.csv",
                "pkey,Tenant,transport,Active,Kind",
                "501,default,udp,yes,",
                "502,default,smoke,maybe,",
                "503,nobody,,,",
                "501,default,,,",
                "504,default,,,Toaster"));

        Assert.Equal(
            [StepOutcome.Skipped, StepOutcome.Error, StepOutcome.Error, StepOutcome.Error, StepOutcome.Error],
            rows.Select(r => r.Outcome));
        Assert.Equal([2, 3, 4, 5, 6], rows.Select(r => r.Line));
        Assert.Equal(
            [("Active", "maybe", "allowed are YES, NO"), ("transport", "smoke", "allowed are udp, tcp, tls, wss")],
            rows[1].Faults.Select(f => (f.Column, f.Value, f.Allowed)));
        Assert.Equal(("Tenant", "nobody", "it must be the key of a tenant"), (rows[2].Column, rows[2].Value, rows[2].Allowed));
        Assert.Equal(("pkey", "501"), (rows[3].Column, rows[3].Value));
        Assert.Equal(("Kind", "Toaster"), (rows[4].Column, rows[4].Value));
        Assert.Contains("extensions.csv, line 4", rows[2].Message, StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(database.Content()));
    }

    [Fact]
    public async Task A_secret_that_is_refused_is_not_repeated()
    {
        using var database = new JournalDatabase();

        var rows = await ImportAsync(
            database, ImportMode.Create, Rows("agents.csv", "Key,Tenant,Name,Password", "1001,default,Ann,s3cretWord"));

        Assert.Equal(("Password", "***"), (rows[0].Column, rows[0].Value));
        Assert.DoesNotContain("s3cretWord", rows[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Key,Tennant", "'Tennant' is no column of extensions. There is 'Tenant'.")]
    [InlineData("Key,pkey", "'Key' and 'pkey' are the same column of extensions")]
    [InlineData("Key,Tenant,tenant", "'Tenant' and 'tenant' are the same column")]
    [InlineData("Key,", "a column has no heading.")]
    public void A_heading_that_means_nothing_or_comes_twice_is_refused(string headings, string message)
    {
        var import = new ImportSet(new ImportOptions(ImportMode.Create));

        var error = Assert.Throws<SarkException>(() => Rows("extensions.csv", headings, "1,2,3").ForEach(import.Add));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(SarkErrorKind.BadRequest, error.Kind);
    }

    [Fact]
    public async Task A_column_says_what_each_row_is_and_without_anything_it_is_an_error()
    {
        using var database = new JournalDatabase();

        var rows = await ImportAsync(
            database,
            ImportMode.Create,
            Rows("all.csv", "resource,Key,Description,Tenant", "Extension,501,Ann,acme", "tenants,acme,Acme,"));

        Assert.Equal(["Extension 501: Created", "Tenant acme: Created"], rows.Select(r => r.ToString()));
        var wrong = await ImportAsync(
            database, ImportMode.Upsert, Rows("all.csv", "resource,Key,Description,Tenant", "Tenant,acme,Acme,acme"));
        Assert.Equal(("Tenant", "acme"), (wrong[0].Column, wrong[0].Value));
        var error = Assert.Throws<SarkException>(
            () => Rows("all.csv", "Key,Description", "501,Ann").ForEach(new ImportSet(new ImportOptions(ImportMode.Create)).Add));
        Assert.Contains("-Resource", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_bulk_loader_makes_telephones_and_routes_to_them()
    {
        using var database = new JournalDatabase();

        var rows = await ImportAsync(
            database,
            ImportMode.Create,
            Rows(
                "extensions.csv",
                "macaddr,vendordevice,pkey,name,ddi,location,cluster",
                "00:15:65:aa:bb:01,yealink,501,Ann,441924566501,remote,",
                ",General SIP,502,Bob,,local,default"));

        Assert.Empty(rows.Select(r => r.Message).OfType<string>());
        Assert.Equal(
            ["501|001565aabb01|Ann|remote|default", "502|NULL|Bob|local|default"],
            database.Query("SELECT pkey, macaddr, desc, location, cluster FROM IPphone ORDER BY pkey"));
        Assert.Equal(
            ["441924566501|DiD|501|501"],
            database.Query("SELECT pkey, carrier, openroute, closeroute FROM lineIO WHERE technology = 'DiD'"));
    }

    [Fact]
    public async Task Timers_get_numbers_of_their_own_unless_those_that_are_there_are_changed()
    {
        using var database = new JournalDatabase();
        await ImportAsync(
            database, ImportMode.Create, Rows("daytimers.csv", "Key,Tenant,Description", "77,default,Lunch", ",default,Tea"));
        var keys = database.Query("SELECT id FROM dateSeg ORDER BY id");
        Assert.DoesNotContain("77", keys);

        var rows = await ImportAsync(
            database,
            ImportMode.Upsert,
            Rows("daytimers.csv", "Key,Tenant,Description", $"{keys[0]},default,Late lunch", ",default,Supper", "99,default,None"));

        // A number of another exchange means nothing here.
        Assert.Equal([StepOutcome.Updated, StepOutcome.Created, StepOutcome.Created], rows.Select(r => r.Outcome));
        Assert.Equal(["Late lunch", "Tea", "Supper", "None"], database.Query("SELECT desc FROM dateSeg ORDER BY id"));
    }

    [Fact]
    public async Task A_row_without_a_key_is_refused_where_it_is_to_be_changed()
    {
        using var database = new JournalDatabase();

        var rows = await ImportAsync(database, ImportMode.Update, Rows("tenants.csv", "Key,Description", ",Acme", "default,House"));

        Assert.Equal([StepOutcome.Error, StepOutcome.Skipped], rows.Select(r => r.Outcome));
        Assert.Contains("(tenants.csv, line 2)", rows[0].Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<ImportedRow>> ImportAsync(
        JournalDatabase database,
        ImportMode mode,
        params List<SourceRow>[] files)
    {
        var import = new ImportSet(new ImportOptions(mode));
        foreach (var row in files.SelectMany(f => f))
        {
            import.Add(row);
        }

        var set = await import.BuildAsync(database.Store, default);
        var plan = await database.Changes.PlanAsync(set, default);
        var planned = import.Results(plan, null);
        var rows = import.HasErrors ? planned : import.Results(await database.Changes.ApplyAsync(set, default), null);
        // Numbers that the database draws apart, the plan says the same.
        Assert.Equal(
            rows.Select(r => $"{r.File} {r.Line} {r.Resource} {r.Outcome} {r.Message}"),
            planned.Select(r => $"{r.File} {r.Line} {r.Resource} {r.Outcome} {r.Message}"));
        return rows;
    }

    // A file with the separators that the tests do without.
    private static List<SourceRow> Rows(string file, string headings, params string[] lines)
    {
        var names = headings.Split(',');
        return [.. lines.Select((line, i) => new SourceRow(Path.Combine("/tmp", file), i + 2, names, line.Split(',')))];
    }
}
