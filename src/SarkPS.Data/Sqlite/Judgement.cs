using System.Globalization;
using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>Judges what a request wants to write, by what the descriptor says of its columns.</summary>
internal static class Judgement
{
    /// <summary>
    /// What differs from the row as it is stored. A column that is sent as it is stored is no change, the key, columns that
    /// nobody may write and values that SARK keeps against its own rules included: what was read can be written back.
    /// </summary>
    /// <param name="resource">The resource.</param>
    /// <param name="raw">What was sent, letter by letter.</param>
    /// <param name="sent">The same, trimmed.</param>
    /// <param name="current">The row as it is stored.</param>
    /// <param name="isStrict">Whether the request asks to be read strictly.</param>
    public static Changes Differences(ResourceDescriptor resource, Changes raw, Changes sent, SarkRow current, bool isStrict)
    {
        var different = new Changes();
        foreach (var (name, value) in sent)
        {
            var place = current.Shape.IndexOf(name);
            // Names compare with case, and what is never shown cannot be sent back.
            var isShown = place >= 0 && current.Shape.Names[place] == name
                && (!resource.Hidden.Contains(name) || resource.Find(name)?.IsWritable(isCreate: false, isStrict) == true);
            if (!isShown || !(IsSame(raw[name], value, current[place], isStrict)
                || (isStrict && MeansTheSame(resource.Find(name), value, current[place]))))
            {
                different[name] = value;
            }
        }

        return different;
    }

    /// <summary>Judges each column by its rules.</summary>
    public static void Judge(WriteContext context, CreateKind? kind)
    {
        var resource = context.Resource;
        var sent = context.Sent;
        foreach (var (column, rules) in context.Rules)
        {
            if (!rules.JudgesAbsent && !sent.Has(column.Name))
            {
                continue;
            }

            var value = sent[column.Name];
            if (IsDefault(context, column) || IsRefused(context, column, value) || IsWord(context, column, value))
            {
                continue;
            }

            if (context.IsStrict && value is null && sent.Has(column.Name) && !(context.IsCreate && rules.IsRequired))
            {
                // Null clears wherever SARK copes without a value, also where sark6api's rules have not thought of it.
                if (!column.MayBeEmpty)
                {
                    context.AddError(column.Name, $"The {RuleSet.Spell(column.Name)} cannot be empty.");
                }

                continue;
            }

            foreach (var message in rules.Judge(column.Name, sent.Has(column.Name), value, (reference, wanted) => IsItself(
                context,
                column,
                wanted) || context.Session.Exists(reference.Table, reference.Column, wanted), context.IsStrict))
            {
                context.AddError(column.Name, message);
            }

            // No column holds a list or an object. sark6api breaks on most of them.
            if (PhpValue.IsStructure(value) && !context.HasError(column.Name))
            {
                context.AddError(column.Name, $"The {RuleSet.Spell(column.Name)} must be a string.");
            }

            CheckForm(context, column, value);
        }

        if (!context.IsStrict)
        {
            return;
        }

        foreach (var (name, value) in sent)
        {
            var column = resource.Find(name);
            if (column is { IsHidden: false, Since: { } since } && !context.Session.Version.IsSince(since))
            {
                // Nothing over nothing is no change: a row that is shown and sent back has such a property, and no value.
                if (value is null)
                {
                    continue;
                }

                context.AddError(name,
                    $"The {RuleSet.Spell(name)} cannot be {(context.IsCreate ? "set" : "changed")}: this database is of SARK "
                        + $"{context.Session.Version}, whose table {resource.Table} has no column '{name}'. SARK {since} has it.");
            }
            else if (column?.IsWritable(context.IsCreate, isStrict: true) != true && kind?.Required.Any(r => r.Column == name) != true)
            {
                context.AddError(name, column is null or { IsHidden: true }
                    ? $"There is no column '{name}' in {resource.PluralName}."
                    : $"The {RuleSet.Spell(name)} cannot be {(context.IsCreate ? "set" : "changed")}.");
            }
        }
    }

    /// <summary>A key that becomes part of the name of a file must be fit for one.</summary>
    public static void CheckFileName(WriteContext context, RowKey? key)
    {
        if (key is not null && !context.HasError(context.Resource.KeyColumn) && !RowFileName.IsName(key.First)
            && context.Resource.Hooks.FileNames.Any(name => context.Session.Version.IsSince(name.Since)))
        {
            context.AddError(
                context.Resource.KeyColumn,
                $"The {RuleSet.Spell(context.Resource.KeyColumn)} becomes part of the name of a file of Asterisk's configuration: it "
                    + "may not hold blanks, slashes, quotes or signs that a shell reads, and has 200 characters at most.");
        }
    }

    /// <summary>Finds the class of each destination that is written.</summary>
    public static void Resolve(WriteContext context)
    {
        foreach (var column in context.Resource.Columns)
        {
            if (column.Destination is not { } destination || !(context.Sent.Has(column.Name) || LooksAgain(context, column, destination))
                || IsDefault(context, column)
                || !column.IsWritable(context.IsCreate, context.IsStrict))
            {
                continue;
            }

            var value = context.All[column.Name];
            if (value is null)
            {
                // sark6api leaves the class of what was there before, and the dial plan would go on asking for it.
                if (context.IsStrict && context.Sent.Has(column.Name) && !context.HasError(column.Name))
                {
                    SetClass(context, destination, 0);
                }

                continue;
            }

            if (PhpValue.IsStructure(value) || (destination.IsLookedUpWhenValid && context.HasError(column.Name)))
            {
                continue;
            }

            var name = PhpValue.Text(value);
            if (name.Length > column.MaxLength)
            {
                continue;
            }

            // The word that SARK itself stores for a new row, with the class that it has then.
            var known = column is { HasDefault: true, Default: string word } && word == name
                ? context.Resource.Find(destination.RouteClassColumn)?.Default
                : null;
            if ((Destinations.Resolve(context.Session, name) ?? (known is null
                ? null
                : Convert.ToInt32(known, CultureInfo.InvariantCulture))) is not { } routeClass)
            {
                context.AddError(column.Name, string.Format(CultureInfo.InvariantCulture, destination.UnknownMessage, name));
            }
            else
            {
                SetClass(context, destination, routeClass);
            }
        }
    }

    /// <summary>
    /// Looks for the rows that columns name in other spellings than a key alone, and for names of another tenant's rows.
    /// </summary>
    public static void Follow(WriteContext context, RowSession session, ChangeOptions options)
    {
        var resource = context.Resource;
        var tenant = resource.Noun == nameof(Tenant)
            ? context.Final(resource.KeyColumn)
            : resource.TenantColumn is { } column ? context.Final(column.Name) : null;
        // A row that moves to another tenant leaves what it names behind.
        var moves = resource.TenantColumn is { } own && context.Sent.Has(own.Name) && context.Row.Has(own.Name);
        if (moves && tenant is { Length: > 0 } && !options.AllowsOtherTenant)
        {
            CheckLeft(context, session, tenant);
        }

        foreach (var naming in resource.Columns)
        {
            if (naming.Names is not { } names || naming == resource.TenantColumn || context.HasError(naming.Name))
            {
                continue;
            }

            var isSent = context.Sent.Has(naming.Name) && naming.IsWritable(context.IsCreate, context.IsStrict)
                && !IsDefault(context, naming);
            if ((!isSent && !(moves && !context.IsCreate)) || context.Final(naming.Name) is not { Length: > 0 } value)
            {
                continue;
            }

            if (isSent && context.IsStrict && names.IsChecked)
            {
                CheckThere(context, naming, names, value);
            }

            if (tenant is { Length: > 0 } && !options.AllowsOtherTenant && !context.HasError(naming.Name))
            {
                CheckTenant(context, naming, names, value, tenant);
            }
        }

        CallLoops.Check(context, session);
    }

    // A row that moves to another tenant takes away what rows of its own tenant lead to, as one that is removed does.
    private static void CheckLeft(WriteContext context, RowSession session, string tenant)
    {
        if (context.IsCreate || context.HasError(context.Resource.TenantColumn!.Name) || IsOfTheHouse(context.Resource, tenant))
        {
            return;
        }

        var key = context.Current!.Text(context.Resource.KeyColumn) ?? "";
        if (Dependants.Find(session, context.Resource.Noun, key, tenant) is { Count: > 0 } left)
        {
            context.AddError(
                context.Resource.TenantColumn.Name,
                $"The {SarkText.Words(context.Resource.Noun)} '{key}' is in use outside the tenant '{tenant}': {SarkText.Listed(left)}. "
                    + "It is moved only where a destination of another tenant is allowed.");
        }
    }

    // New rows have NO in columns of ON and OFF; who sends back what is shown has changed nothing.
    private static bool MeansTheSame(Column? column, object? value, object? stored) =>
        column is { Type: ColumnType.Flag } && FlagWords.AreSame(value, stored);

    private static bool IsSame(object? raw, object? trimmed, object? stored, bool isStrict)
    {
        if (raw is bool || PhpValue.IsStructure(raw))
        {
            return false;
        }

        var before = stored is null ? "" : PhpValue.Text(stored);
        return raw is null ? before.Length == 0
            : stored is not null && PhpValue.Text(raw) == before
            || (isStrict && PhpValue.Text(trimmed) == before);
    }

    // What a create would fill in anyway passes, though it breaks a rule of sark6api, as the "default" of devicerec does, and
    // so it does later. Of clients of old that is true of flags, which new rows have another word of.
    private static bool IsDefault(WriteContext context, Column column) =>
        (context.IsStrict ? context.IsCreate || (column.Destination is null && column.Names is null) : column.Flag is not null)
        && column is { HasDefault: true, Default: { } known }
        && context.Sent[column.Name] is { } value
        && !PhpValue.IsStructure(value)
        && PhpValue.Text(value) == PhpValue.Text(known);

    // sark6api looks a destination up each time it is sent. A row that is sent back as a whole brings the class with it.
    private static bool LooksAgain(WriteContext context, Column column, DestinationColumn destination) =>
        !context.IsStrict && context.All[column.Name] is not null && !context.All.Has(destination.RouteClassColumn)
            && !context.Resource.Hidden.Contains(destination.RouteClassColumn);

    // What holds for every door, whatever the column's own rules say.
    private static bool IsRefused(WriteContext context, Column column, object? value)
    {
        if (value is not string text)
        {
            return false;
        }

        if (text.Length > column.MaxLength && text.EnumerateRunes().Count() is var length && length > column.MaxLength)
        {
            context.AddError(column.Name, TooLong(RuleSet.Spell(column.Name), column.MaxLength, length));
            return true;
        }

        // Each client and each server takes such a part out of an address before anything else is done with it.
        if (text is "." or ".." && column.Name == context.Resource.KeyColumn)
        {
            context.AddError(column.Name,
                $"The {RuleSet.Spell(column.Name)} may not be '{text}': in an address that means this or the parent folder, so that the "
                    + "row could never be reached by it.");
            return true;
        }

        // In lines of a configuration file and in a description people may write what they like.
        var isName = column.MaxLength < Lengths.Block && (column.Name == context.Resource.KeyColumn || column.Names is not null
            || column.Property?.EndsWith("Name", StringComparison.Ordinal) == true);
        if (isName && SarkText.Invisible(text) is { } invisible)
        {
            context.AddError(column.Name, $"The {RuleSet.Spell(column.Name)} holds a character that nobody sees, {invisible}.");
            return true;
        }

        return false;
    }

    // A row may name itself where it is only just made: an extension has its own mailbox.
    private static bool IsItself(WriteContext context, Column column, object? value) =>
        context.IsCreate && column.MayNameItself && value is not null
            && PhpValue.Text(value) == PhpValue.Text(context.Sent[context.Resource.KeyColumn]);

    // What has passed the rules may still be more than SARK's own programs can carry.
    private static void CheckForm(WriteContext context, Column column, object? value)
    {
        if (value is not string text || column.Form is not { } form || context.HasError(column.Name))
        {
            return;
        }

        var name = RuleSet.Spell(column.Name);
        if (form.Fault(text) is { } fault)
        {
            var message = $"The {name} may not hold {fault}.";
            if (!context.IsStrict && context.Forms?.Of(form) == FormPolicy.Warn)
            {
                context.AddNotice($"{message} It was written all the same, as the setting Sark:Forms:{form.Word} says.");
            }
            else
            {
                context.AddError(column.Name, message);
            }
        }
        else if (Collisions.Find(context.Session, context.Resource, column, text) is { } collision)
        {
            context.AddError(column.Name, collision);
        }
        else if (form.Size(text) is var length && length > form.MaxLength)
        {
            // sark6api has been seen to take longer keys; Asterisk cuts them off.
            var message = TooLong(name, form.MaxLength, length, form.Unit);
            if (context.IsStrict)
            {
                context.AddError(column.Name, message);
            }
            else
            {
                context.AddNotice($"{message} It was written all the same, and Asterisk cuts it off.");
            }
        }
    }

    private static string TooLong(string name, int limit, int length, string unit = "characters") =>
        string.Create(CultureInfo.InvariantCulture, $"The {name} may not be greater than {limit} {unit}; it has {length}.");

    private static bool IsWord(WriteContext context, Column column, object? value) =>
        context.IsStrict && value is string text && column.Names?.Words.Contains(text) == true;

    private static void SetClass(WriteContext context, DestinationColumn destination, int routeClass)
    {
        if (context.IsCreate || PhpValue.Text(context.Current![destination.RouteClassColumn]) != PhpValue.Text((long)routeClass))
        {
            context.Row[destination.RouteClassColumn] = (long)routeClass;
        }
    }

    private static void CheckThere(WriteContext context, Column column, RowNames names, string value)
    {
        // A key alone and a destination with a class have been looked up.
        if (column.Destination is not null || column.Reference is not null || names.Words.Contains(value))
        {
            return;
        }

        if (names.Form == NameForm.Destination)
        {
            if (Destinations.Resolve(context.Session, value) is null)
            {
                context.AddError(column.Name, $"The target could not be resolved {value}");
            }

            return;
        }

        var missing = names.Read(value).Where(n => n.MustExist && !IsThere(context, n)).Select(n => n.Key).Distinct(StringComparer.Ordinal)
            .ToArray();
        if (missing.Length > 0)
        {
            var kinds = string.Join(" or ", names.Nouns.Where(n => n != nameof(InboundRoute)).Select(SarkText.Words));
            context.AddError(
                column.Name,
                $"The {RuleSet.Spell(column.Name)} names {string.Join(", ", missing.Select(m => $"'{m}'"))}, which is no {kinds}.");
        }
    }

    /// <summary>Tells of names that may be made later, once it is known what is written: until then there is nothing behind them.</summary>
    public static void NoticeMissing(WriteContext context)
    {
        foreach (var column in context.Resource.Columns.Where(c => c.Names?.TellsMissing == true && context.Row.Has(c.Name)))
        {
            var names = column.Names!;
            var missing = names.Read(PhpValue.Text(context.Row[column.Name])).Where(n => !IsThere(context, n)).Select(n => $"'{n.Key}'")
                .Distinct(StringComparer.Ordinal)
                .ToArray();
            if (missing.Length > 0)
            {
                context.AddNotice($"The {RuleSet.Spell(column.Name)} names {string.Join(", ", missing)}, and there is no such "
                    + $"{string.Join(" or ", names.Nouns.Select(SarkText.Words))}: until there is, SARK puts nothing in its place. It "
                    + "compares names letter by letter.");
            }
        }
    }

    private static bool IsThere(WriteContext context, NamedRow name)
    {
        // SARK leaves out a member that is as long as an extension's number and is none; longer and shorter ones it dials.
        if (name.IsDialled && name.Key.Length.ToString(CultureInfo.InvariantCulture) != ExtensionLength(context.Session))
        {
            return true;
        }

        return Resources(name).Any(r => context.Session.Exists(r.Table, r.KeyColumn, name.Key))
            || (name.IsDialled && context.Session.Exists("meetme", "pkey", name.Key))
            // A trunk's section in Asterisk's configuration has the name of its peer.
            || (name.Nouns.Contains(nameof(Trunk)) && context.Session.Exists("lineIO", "peername", name.Key));
    }

    // Not all that is named is a resource: greetings are files.
    private static IEnumerable<ResourceDescriptor> Resources(NamedRow name) => SarkResources.All.Where(r => name.Nouns.Contains(r.Noun));

    private static string? ExtensionLength(IRowSession session) => session.Select("globals") is [var row, ..] ? row.Text("EXTLEN") : null;

    // SARK's pages offer a tenant its own destinations and every trunk. The trunks of the tenant default are the house's.
    private static bool IsOfTheHouse(ResourceDescriptor resource, string tenant) =>
        resource.Table == Trunk.Descriptor.Table && tenant == TenantHooks.DefaultTenant;

    private static void CheckTenant(WriteContext context, Column column, RowNames names, string value, string tenant)
    {
        var own = context.Final(context.Resource.KeyColumn);
        foreach (var name in names.Read(value))
        {
            // What a row says of itself moves with it.
            if (name.Key == own && name.Nouns.Contains(context.Resource.Noun))
            {
                continue;
            }

            var owners = Resources(name)
                .Where(r => r.TenantColumn is not null)
                .SelectMany(r => context.Session.Select(r.Table, (r.KeyColumn, name.Key)).Where(row => r.Filter?.Holds(row) != false)
                    .Select(row => (Resource: r, Tenant: row.Text(r.TenantColumn!.Name))))
                .ToArray();
            if (owners.Length == 0
                || name.Key == Destinations.RingAll
                || owners.Any(o => o.Tenant is null or "" || o.Tenant == tenant || IsOfTheHouse(o.Resource, o.Tenant))
                // A row of a tenant that is gone belongs to nobody.
                || !(context.Resource.Noun == nameof(Tenant)
                    || context.Session.Exists(Tenant.Descriptor.Table, Tenant.Descriptor.KeyColumn, tenant)))
            {
                continue;
            }

            context.AddError(
                column.Name,
                $"The {SarkText.Words(owners[0].Resource.Noun)} '{name.Key}' belongs to the tenant '{owners[0].Tenant}', and this "
                    + $"{SarkText.Words(context.Resource.Noun)} to '{tenant}'. It is taken only where a destination of another tenant "
                    + "is allowed.");
        }
    }
}
