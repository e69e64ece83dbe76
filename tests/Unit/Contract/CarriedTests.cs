using System.Net;
using System.Net.Http.Json;
using SarkPS.Descriptors;
using SarkPS.Rules;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

/// <summary>What SARK's generator, dump and reload cannot carry does not get in, whatever the column and the door.</summary>
public sealed class CarriedTests : ContractTests
{
    private static readonly string[] Everywhere = ["it's", "a\u0007b", "a\u007fb", "a\0b", "a\ud800b"];
    private static readonly string[] InOneLine = ["a\nb", "a\r\nb", "a\rb", "a\u0085b", "a\u2028b", "a\tb"];

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task A_value_that_SARK_cannot_carry_is_refused_in_every_text_column(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = resource.IsSingleton ? new RowKey("") : (await MakeAsync(sides, samples, resource)).Key;
        using var service = new TestService(sides.Database.Path);
        using var client = service.CreateClient();
        foreach (var column in resource.Columns.Where(c => c.Form is not null && c.IsWritable(isCreate: false, isStrict: true)
            && (c.Since is null || TestDatabase.VersionOf(schema).IsSince(c.Since))))
        {
            foreach (var value in column.Form!.HasLines ? Everywhere : [.. Everywhere, .. InOneLine])
            {
                AssertOnly(
                    column.Name,
                    await sides.Invalid(t => t.UpdateAsync(resource, key, new Changes { [column.Name] = value }, default)));
                if (!column.IsWritable(isCreate: false, isStrict: false))
                {
                    continue;
                }

                // A client of old, which is read leniently.
                var before = sides.Database.Content();
                using var answer = await client.PutAsJsonAsync(
                    resource.IsSingleton ? $"/api/{resource.Route}" : $"/api/{resource.Route}/{Uri.EscapeDataString(key.First)}",
                    new Dictionary<string, string> { [column.Name] = value });
                Assert.True(
                    answer.StatusCode == HttpStatusCode.UnprocessableEntity,
                    $"{column.Name} took {SarkText.Printable(value)}: {(int)answer.StatusCode}");
                Assert.Contains($"\"{column.Name}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                Assert.Empty(before.ChangesTo(sides.Database.Content()));
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryKeyed), MemberType = typeof(Schemas))]
    public async Task A_key_that_SARK_cannot_carry_makes_no_row(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        foreach (var kind in Samples.Kinds(resource))
        {
            foreach (var key in new[] { "it's", "a\nb", "a]b", "a;b", "a,b", "a\\b", "a$1b", "a\"b", "$(x)", new string('a', 80) })
            {
                var changes = await samples.LeastAsync(resource, kind, 1);
                changes[resource.KeyColumn] = key;
                await sides.Invalid(t => t.CreateAsync(resource, kind, changes, default));
            }
        }
    }

    /// <summary>Names, and what each becomes or would merge with.</summary>
    public static TheoryData<string, string> Reserved => new()
    {
        { nameof(Tenant), "internal" }, { nameof(Tenant), "Extensions" }, { nameof(Tenant), "mainmenu" }, { nameof(Tenant), "general" }, {
            nameof(Tenant),
            "401opencos" },
        { nameof(Tenant), "MASTER" }, { nameof(Tenant), "vm401" }, { nameof(Tenant), "s" },
        { nameof(CosRule), "internal" }, { nameof(CosRule), "macro-x" }, { nameof(CosRule), "parkedcalls" }, {
            nameof(CosRule),
            "4711closedcos" },
        { nameof(CustomApp), "mainmenu" }, { nameof(CustomApp), "globals" }, { nameof(CustomApp), "qrxvtmny" },
        { nameof(Queue), "general" }, { nameof(RingGroup), "MASTER" }, { nameof(RingGroup), "vm401" }, { nameof(Trunk), "fax" }, {
            nameof(InboundRoute),
            "i" },
    };

    [Theory]
    [MemberData(nameof(Reserved))]
    public async Task A_name_that_SARK_uses_itself_is_refused(string noun, string key)
    {
        var (sides, samples, resource) = Start(noun, Schema.Embedded);
        await using var _ = sides;
        var changes = await samples.LeastAsync(resource, null, 1);
        changes[resource.KeyColumn] = key;
        var error = await sides.Invalid(t => t.CreateAsync(resource, null, changes, default));
        Assert.Contains($"'{key}' would become", Assert.Single(error.Errors).Value.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_different_kinds_that_would_become_one_context_are_refused()
    {
        var (sides, _, _) = Start(nameof(Tenant), Schema.Embedded);
        await using var __ = sides;
        await sides.Create(Tenant.Descriptor, null, new Changes { ["pkey"] = "acme", ["description"] = "Acme" });
        var rule = await sides.Invalid(
            t => t.CreateAsync(CosRule.Descriptor, null, new Changes { ["pkey"] = "acme", ["dialplan"] = "_00." }, default));
        Assert.Contains("as the tenant 'acme' is one", rule.Message, StringComparison.Ordinal);
        await sides.Create(CosRule.Descriptor, null, new Changes { ["pkey"] = "abroad", ["dialplan"] = "_00." });
        await sides.Invalid(
            t => t.CreateAsync(CustomApp.Descriptor, null, new Changes { ["pkey"] = "abroad", ["cluster"] = "acme" }, default));
        await sides.Invalid(
            t => t.CreateAsync(Tenant.Descriptor, null, new Changes { ["pkey"] = "abroad", ["description"] = "x" }, default));
        await sides.Create(CustomApp.Descriptor, null, new Changes { ["pkey"] = "clock", ["cluster"] = "acme" });
    }

    /// <summary>Names that telephones show.</summary>
    public static TheoryData<string, bool> Names => new()
    {
        { "Main trunk (old)", true }, { "Müller & Söhne", true }, { "Zoë ☎ 2.0", true }, { "a/b: c+d", true },
        { "Ann, Bob", false }, { "say \"hi\"", false }, { "a;b", false }, { "costs $5", false }, { "a\\b", false }, { "<401>", false }, {
            "[x]",
            false },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_may_hold_what_telephones_and_mailboxes_can_show(string name, bool isRight)
    {
        var (sides, samples, _) = Start(nameof(Extension), Schema.Embedded);
        await using var _ = sides;
        foreach (var (resource, column) in new (ResourceDescriptor, string)[] {
            (Extension.Descriptor, "desc"),
            (Trunk.Descriptor, "description"),
            (InboundRoute.Descriptor, "description"),
            (Route.Descriptor, "desc") })
        {
            var key = (await MakeAsync(sides, samples, resource)).Key;
            var change = new Changes { [column] = name };
            if (isRight)
            {
                Assert.Equal(name, (await sides.Update(resource, key, change)).Text(column));
            }
            else
            {
                Assert.Contains(
                    "may not hold",
                    (await sides.Invalid(t => t.UpdateAsync(resource, key, change, default))).Errors[0].Value[0],
                    StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_setting_lets_an_old_client_go_on_and_warns_it()
    {
        var (sides, samples, _) = Start(nameof(CosRule), Schema.Embedded);
        await using var _ = sides;
        sides.Database.Twin.Except("The setting lets an old client store what SARK cannot carry.");
        var key = (await MakeAsync(sides, samples, CosRule.Descriptor)).Key;
        await using var service = await ListeningService.StartAsync(
            sides.Database.Path,
            new Dictionary<string, string?> { ["Sark:Forms:Line"] = "Warn" });
        using var client = new HttpClient { BaseAddress = service.Address };
        using var taken = await client.PutAsJsonAsync($"/api/cosrules/{key.First}", new { description = "it's" });
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Contains("apostrophe", Assert.Single(taken.Headers.GetValues("X-Notice")), StringComparison.Ordinal);
        Assert.Equal("it's", sides.Database.Value("SELECT description FROM COS WHERE pkey = @key", ("@key", key.First)));

        // One form at a time: keys are another.
        using var refused = await client.PostAsJsonAsync("/api/cosrules", new { pkey = "it's", dialplan = "_00." });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);

        // The module's commands never may.
        using var strict = new HttpRequestMessage(HttpMethod.Put, $"/api/cosrules/{key.First}")
        {
            Content = JsonContent.Create(new { description = "that's" }),
            Headers = { { "Prefer", "handling=strict" } }
        };
        using var answer = await client.SendAsync(strict);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task A_section_of_a_configuration_file_stays_one()
    {
        var (sides, samples, _) = Start(nameof(Queue), Schema.Embedded);
        await using var _ = sides;
        var queue = (await MakeAsync(sides, samples, Queue.Descriptor)).Key;
        var app = (await MakeAsync(sides, samples, CustomApp.Descriptor)).Key;
        foreach (var text in new[] { "strategy=ringall\n[general]", "#exec /bin/x", "  [x]\nmember => SIP/1" })
        {
            await sides.Invalid(t => t.UpdateAsync(Queue.Descriptor, queue, new Changes { ["conf"] = text }, default));
            await sides.Invalid(t => t.UpdateAsync(CustomApp.Descriptor, app, new Changes { ["extcode"] = text }, default));
        }

        await sides.Update(
            CustomApp.Descriptor,
            app,
            new Changes { ["extcode"] = "exten => s,1,NoOp(a [b]) ; said\r\nexten => s,n,Hangup()" });
    }

    [Theory]
    [InlineData("musiconhold=default strategy=leastrecent timeout=20")]
    [InlineData("strategy")]
    [InlineData("strategy=ringall\nleastrecent")]
    public async Task A_queue_whose_lines_are_none_is_refused(string conf)
    {
        var (sides, samples, resource) = Start(nameof(Queue), Schema.Embedded);
        await using var _ = sides;
        var key = (await MakeAsync(sides, samples, resource)).Key;
        AssertOnly("conf", await sides.Invalid(t => t.UpdateAsync(resource, key, new Changes { ["conf"] = conf }, default)));
        await sides.Update(resource, key, new Changes
        {
            [
            "conf"] = "musiconhold=default\n\n; a comment = x\nstrategy = rrmemory\nmember => Local/4711@internal,1,Ann = "
                + "Bob\nqueue-youarenext=queue-youarenext ; a=b"
        });
    }
}
