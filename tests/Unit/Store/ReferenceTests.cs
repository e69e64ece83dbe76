using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Store;

/// <summary>
/// Every column that names a row, column by column from the descriptors and in each spelling that SARK reads: found when the
/// row is removed, followed by a new key, looked up when it is written.
/// </summary>
public sealed class ReferenceTests
{
    private const string Key = "4711";

    /// <summary>Each column, each resource that it names, each database.</summary>
    public static TheoryData<string, string, string, Schema> Columns
    {
        get
        {
            var data = new TheoryData<string, string, string, Schema>();
            foreach (var resource in SarkResources.All)
            {
                foreach (var column in resource.Columns.Where(c => c.Names is not null && c.Name != resource.KeyColumn))
                {
                    foreach (var noun in column.Names!.Nouns.Where(n => SarkResources.All.Any(r => r.Noun == n)))
                    {
                        data.Add(resource.Noun, column.Name, noun, Schema.Embedded);
                        data.Add(resource.Noun, column.Name, noun, Schema.Sark);
                        data.Add(resource.Noun, column.Name, noun, Schema.Embedded65);
                    }
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Columns))]
    public async Task What_a_column_names_is_not_removed_unseen(string noun, string column, string named, Schema schema)
    {
        await using var sides = new TwoSides(schema);
        var resource = SarkResources.Find(noun);
        var names = resource.Find(column)!.Names!;
        var target = SarkResources.Find(named);
        var number = 0;
        foreach (var (value, renamed) in Spellings(names, named))
        {
            // A length of its own, so that no other name is part of it.
            var owner = resource.IsSingleton ? null : $"owner{++number}";
            Put(sides, target, Key, null);
            Put(sides, resource, owner, (column, value));
            var expected = $"{noun} {(owner is null ? "global" : Shown(sides.Database, resource, owner))} "
                + $"({resource.Find(column)!.Property ?? column})";

            Assert.True(names.Names(value, named, Key), $"{value} names {Key}");
            Assert.Equal(renamed, names.Replace(value, named, Key, "9"));
            Assert.Equal(value, names.Replace(value, named, "471", "9"));

            var refused = Assert.IsType<SarkConflictException>(
                await sides.Refuses(t => t.RemoveAsync(target, new RowKey(Key), ChangeOptions.Default, default)));
            Assert.Contains(expected, refused.Dependants);
            // The pairs of a rule go with it.
            Assert.Equal(named == nameof(CosRule) ? [] : refused.Dependants, await sides.Remove(target, new RowKey(Key), force: true));

            // What only looks alike is no reference.
            Put(sides, target, "471", null);
            Assert.Empty(await sides.Remove(target, new RowKey("471"), force: false));
            if (owner is not null)
            {
                sides.Execute($"DELETE FROM \"{resource.Table}\" WHERE \"{Told(resource)}\" = @key", ("@key", owner));
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task What_SARKs_own_tables_name_is_found_as_well(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        sides.Execute(
            "INSERT INTO Cluster(pkey) VALUES ('acme'); INSERT INTO IPphone(pkey, cluster) VALUES ('4711', 'default'), ('4712', "
                + "'default')");
        sides.Execute("INSERT INTO meetme(pkey, cluster) VALUES ('300', 'acme'); INSERT INTO Greeting(pkey, cluster) VALUES "
            + "('usergreeting0001', 'acme')");
        sides.Execute("INSERT INTO User(pkey, cluster, extension) VALUES ('ann', 'acme', '4711')");
        sides.Execute("INSERT INTO IPphone_FKEY(pkey, seq, type, value) VALUES ('4712', 1, 'blf', '4711'), ('4711', 1, 'blf', '4711')");

        var tenant = Assert.IsType<SarkConflictException>(
            await sides.Refuses(t => t.RemoveAsync(Tenant.Descriptor, new RowKey("acme"), ChangeOptions.Default, default)));
        Assert.Equal(["Conference 300 (cluster)", "Greeting usergreeting0001 (cluster)", "User ann (cluster)"], tenant.Dependants);
        var extension = Assert.IsType<SarkConflictException>(
            await sides.Refuses(t => t.RemoveAsync(Extension.Descriptor, new RowKey("4711"), ChangeOptions.Default, default)));
        Assert.Equal(["User ann (extension)", "Lamp key of extension 4712 (value)"], extension.Dependants);
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task The_class_tells_which_of_two_rows_of_one_name_is_meant(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        sides.Execute(
            "INSERT INTO Queue(pkey, cluster) VALUES ('sales', 'default'); INSERT INTO ivrmenu(pkey, cluster) VALUES ('sales', 'default')");
        sides.Execute("INSERT INTO ivrmenu(pkey, cluster, option1, routeclass1) VALUES ('main', 'default', 'sales', '4')");
        Assert.Empty(await sides.Remove(Ivr.Descriptor, new RowKey("sales"), force: false));
        Assert.IsType<SarkConflictException>(
            await sides.Refuses(t => t.RemoveAsync(Queue.Descriptor, new RowKey("sales"), ChangeOptions.Default, default)));
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task Two_rows_of_one_key_are_told_and_not_touched(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        sides.Execute(
            "INSERT INTO Cluster(pkey) VALUES ('acme'); INSERT INTO Queue(pkey, cluster) VALUES ('sales', 'default'), ('sales', 'acme')");
        foreach (var error in new[]
        {
            await sides.Refuses(t => t.RemoveAsync(Queue.Descriptor, new RowKey("sales"), new ChangeOptions(Force: true), default)),
            await sides.Refuses(t => t.UpdateAsync(Queue.Descriptor, new RowKey("sales"), new Changes { ["options"] = "tT" }, default)),
        })
        {
            Assert.IsType<SarkConflictException>(error);
            Assert.Contains("'default', 'acme'", error.Message, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData("Agent", "queue1", "nosuch", "None", Schema.Embedded)]
    [InlineData("Extension", "dvrvmail", "499", "None", Schema.Embedded)]
    [InlineData("Route", "path1", "nosuch", "None", Schema.Embedded)]
    [InlineData("Template", "blfkeyname", "nosuch", "None", Schema.Sark)]
    [InlineData("Tenant", "operator", "nosuch", "401", Schema.Embedded)]
    [InlineData("Tenant", "operator", "*499", "*401", Schema.Sark)]
    [InlineData("Tenant", "include", "default nosuch", "default", Schema.Embedded)]
    [InlineData("Tenant", "routeoverride", "nosuch", "401", Schema.Embedded)]
    [InlineData("RingGroup", "out", "401 499", "401 402 01924566170", Schema.Embedded)]
    [InlineData("RingGroup", "out", "SIP/499", "SIP/401 Local/402@internal", Schema.Sark)]
    [InlineData("RingGroup", "divert", "499", "01924566170", Schema.Embedded)]
    [InlineData("RingGroup", "outcome", "*499", "*401", Schema.Embedded)]
    [InlineData(
        "Queue",
        "conf",
        "strategy=ringall\nmember => SIP/499,0",
        "strategy=ringall\nmember => SIP/401,0\nmember=Local/402@internal/n",
        Schema.Embedded)]
    [InlineData("Queue", "conf", "member => Agent/1999", "member => Agent/1001", Schema.Sark)]
    [InlineData("Global", "SYSOP", "499", "401", Schema.Embedded)]
    [InlineData("Global", "BLINDBUSY", "nosuch", "Operator", Schema.Sark)]
    public async Task What_is_written_must_be_there(string noun, string column, string wrong, string right, Schema schema)
    {
        await using var sides = new TwoSides(schema);
        var resource = SarkResources.Find(noun);
        sides.Execute("INSERT INTO Cluster(pkey) VALUES ('acme'); INSERT INTO IPphone(pkey, cluster) VALUES ('401', 'acme'), ('402', "
            + "'acme'); INSERT INTO Agent(pkey, cluster) VALUES ('1001', 'acme')");
        var key = new RowKey(resource.IsSingleton ? "" : "acme");
        if (!resource.IsSingleton && noun != "Tenant")
        {
            Put(sides, resource, "acme", null);
            if (resource.TenantColumn is not null)
            {
                sides.Execute($"UPDATE \"{resource.Table}\" SET cluster = 'acme' WHERE pkey = 'acme'");
            }
        }

        var error = await sides.Invalid(t => t.UpdateAsync(resource, key, new Changes { [column] = wrong }, default));
        Assert.Equal([column], error.Errors.Select(e => e.Key));
        Assert.Equal(right, (await sides.Update(resource, key, new Changes { [column] = right })).Text(column));
    }

    [SkippableTheory]
    [InlineData("InboundRoute", "openroute", "501", Schema.Embedded)]
    [InlineData("InboundRoute", "closeroute", "*501", Schema.Sark)]
    [InlineData("Ivr", "option1", "501", Schema.Embedded)]
    [InlineData("Ivr", "timeout", "theirs", Schema.Sark)]
    [InlineData("HolidayTimer", "route", "501", Schema.Embedded)]
    [InlineData("RingGroup", "outcome", "*501", Schema.Embedded)]
    [InlineData("RingGroup", "out", "SIP/501", Schema.Sark)]
    [InlineData("Queue", "conf", "member=>Local/501@internal", Schema.Embedded)]
    [InlineData("Agent", "queue3", "theirs", Schema.Embedded)]
    [InlineData("Extension", "dvrvmail", "501", Schema.Embedded)]
    [InlineData("Route", "path2", "theirtrunk", Schema.Embedded)]
    [InlineData("Tenant", "operator", "501", Schema.Sark)]
    public async Task What_belongs_to_another_tenant_is_taken_only_when_told(string noun, string column, string theirs, Schema schema)
    {
        await using var sides = new TwoSides(schema);
        var resource = SarkResources.Find(noun);
        sides.Execute("INSERT INTO Cluster(pkey) VALUES ('acme'), ('globex'); INSERT INTO IPphone(pkey, cluster) VALUES ('501', "
            + "'globex'); INSERT INTO Queue(pkey, cluster) VALUES ('theirs', 'globex'); INSERT INTO lineIO(pkey, cluster, technology, "
            + "carrier) VALUES ('theirtrunk', 'globex', 'SIP', 'GeneralSIP'), ('shared', 'default', 'SIP', 'GeneralSIP')");
        if (noun != "Tenant")
        {
            Put(sides, resource, "acme", resource.Find("technology") is null && resource.Table == "lineIO" ? ("carrier", "DiD") : null);
            sides.Execute($"UPDATE \"{resource.Table}\" SET cluster = 'acme' WHERE \"{Told(resource)}\" = 'acme'");
        }

        var key = new RowKey(Shown(sides.Database, resource, "acme"));
        var sent = new Changes { [column] = theirs };
        var error = await sides.Invalid(t => t.UpdateAsync(resource, key, sent, default));
        Assert.Equal([column], error.Errors.Select(e => e.Key));
        Assert.Contains("'globex'", error.Errors[0].Value[0], StringComparison.Ordinal);
        Assert.Contains("'acme'", error.Errors[0].Value[0], StringComparison.Ordinal);
        Assert.Equal(
            theirs,
            (await sides.Do(t => t.UpdateAsync(resource, key, sent, new ChangeOptions(AllowsOtherTenant: true), default))).Text(column));
    }

    [Fact]
    public async Task The_trunks_of_the_tenant_default_are_everybodys()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        sides.Execute("INSERT INTO Cluster(pkey) VALUES ('acme'); INSERT INTO Route(pkey, cluster) VALUES ('out', 'acme'); INSERT INTO "
            + "lineIO(pkey, cluster, technology, carrier) VALUES ('shared', 'default', 'SIP', 'GeneralSIP')");
        Assert.Equal(
            "shared",
            (await sides.Update(Route.Descriptor, new RowKey("out"), new Changes { ["path1"] = "shared" })).Text("path1"));
    }

    [Fact]
    public async Task A_row_that_moves_to_another_tenant_takes_no_destination_along()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        sides.Execute("INSERT INTO Cluster(pkey) VALUES ('acme'), ('globex'); INSERT INTO Queue(pkey, cluster) VALUES ('sales', "
            + "'acme'); INSERT INTO Agent(pkey, cluster, queue1) VALUES ('1001', 'acme', 'sales')");
        var error = await sides.Invalid(
            t => t.UpdateAsync(Agent.Descriptor, new RowKey("1001"), new Changes { ["cluster"] = "globex" }, default));
        Assert.Equal(["queue1"], error.Errors.Select(e => e.Key));
        Assert.Equal("globex", (await sides.Update(
            Agent.Descriptor,
            new RowKey("1001"),
            new Changes { ["cluster"] = "globex", ["queue1"] = null })).Text("cluster"));
    }

    // Values that name 4711, and what they are once it is called 9.
    private static IEnumerable<(string Value, string Renamed)> Spellings(RowNames names, string noun)
    {
        if (names.Form == NameForm.Destination)
        {
            yield return (Key, "9");
            if (noun == nameof(Extension))
            {
                yield return ("*4711", "*9");
            }
        }
        else if (names.Form == NameForm.List)
        {
            yield return ("4711", "9");
            yield return ("default  4711 47110", "default  9 47110");
        }
        else if (names.Form == NameForm.IncludeLines)
        {
            yield return ("a=b\n#INCLUDE 4711\n#INCLUDE 47110", "a=b\n#INCLUDE 9\n#INCLUDE 47110");
            yield return ("#include  4711 \r\nx", "#include  9 \r\nx");
        }
        else if (names.Form == NameForm.Channels && noun is nameof(Extension) or nameof(RingGroup))
        {
            yield return ("4711", "9");
            yield return ("47110 4711 4712", "47110 9 4712");
            yield return ("4712/4711", "4712/9");
            yield return ("Local/4711@internal/n 14711", "Local/9@internal/n 14711");
            if (noun == nameof(Extension))
            {
                yield return ("SIP/47110 SIP/4711", "SIP/47110 SIP/9");
            }
        }
        else if (names.Form == NameForm.MemberLines)
        {
            if (noun == nameof(Agent))
            {
                yield return ("strategy=ringall\nmember => Agent/4711,1", "strategy=ringall\nmember => Agent/9,1");
            }
            else
            {
                yield return ("strategy=ringall\nmember => Local/4711@internal/n,0,Ann\nretry=5",
                    "strategy=ringall\nmember => Local/9@internal/n,0,Ann\nretry=5");
            }

            if (noun == nameof(Extension))
            {
                yield return ("member=SIP/4711\nmember => SIP/47110", "member=SIP/9\nmember => SIP/47110");
                yield return ("member => Local/1@x,0,4711,SIP/4711", "member => Local/1@x,0,4711,SIP/9");
            }
        }
        else
        {
            yield return (Key, "9");
        }
    }

    // Past the product, as SARK's pages would have written it.
    private static void Put(TwoSides database, ResourceDescriptor resource, string? key, (string Column, string Value)? value)
    {
        if (key is not null)
        {
            database.Execute($"INSERT INTO \"{resource.Table}\"(\"{Told(resource)}\") VALUES (@key)", ("@key", key));
            if (resource.Filter is { IsExclusion: false } filter)
            {
                database.Execute(
                    $"UPDATE \"{resource.Table}\" SET \"{filter.Column}\" = @value WHERE \"{Told(resource)}\" = @key",
                    ("@value", filter.Values[0]),
                    ("@key", key));
            }
            else if (resource.Noun == nameof(Template))
            {
                database.Execute("UPDATE Device SET owner = 'cust', technology = 'SIP' WHERE pkey = @key", ("@key", key));
            }
            else if (resource.Noun == nameof(Trunk))
            {
                database.Execute("UPDATE lineIO SET technology = 'SIP', carrier = 'GeneralSIP' WHERE pkey = @key", ("@key", key));
            }
        }

        if (value is var (column, text))
        {
            database.Execute(
                $"UPDATE \"{resource.Table}\" SET \"{column}\" = @value" + (key is null ? "" : $" WHERE \"{Told(resource)}\" = @key"),
                key is null ? [("@value", text)] : [("@value", text), ("@key", key)]);
        }
    }

    // The column that a test tells its rows by: a timer's key is made by the database.
    private static string Told(ResourceDescriptor resource) => resource.GeneratesKey ? "pkey" : resource.KeyColumn;

    private static string Shown(TestDatabase database, ResourceDescriptor resource, string owner) =>
        database.Value($"SELECT \"{resource.KeyColumn}\" FROM \"{resource.Table}\" WHERE \"{Told(resource)}\" = @key", ("@key", owner))!
            .ToString()!;
}
