using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>Which templates may name a template of lamp keys, and which came with SARK and stay.</summary>
internal sealed class TemplateHooks : ResourceHooks
{
    private const string LampKeys = "BLF Template";

    public override void Validate(WriteContext context)
    {
        // sark6api judges the name against the template's kind each time it is sent; a row that is sent back as a whole is no change.
        var isSent = context.Sent.Has("blfkeyname") || (!context.IsStrict && !context.All.Has("technology"));
        if (!isSent || context.All["blfkeyname"] is not string name
            || (context.IsStrict && (context.HasError("blfkeyname") || context.HasError("technology"))))
        {
            return;
        }

        // An update that names no technology, or none that there is, leaves the one that the template has.
        var technology = context.Sent.Has("technology") && (context.IsCreate || !context.HasError("technology"))
            ? context.Sent["technology"] as string
            : context.Current?.Text("technology");
        if (technology != "SIP")
        {
            context.AddError("blfkeyname", $"blfkeyname only allowed {(context.IsCreate ? "for" : "in")} template type of SIP! ");
        }

        var known = context.Session.Select("Device", ("pkey", name));
        // Whoever reads strictly has been told of a name that is not there, and may say None.
        if (known is [var template, ..] ? template.Text("technology") != LampKeys : !context.IsStrict)
        {
            context.AddError("blfkeyname", "blfkeyname reference must be of type 'BLF Template'!");
        }
    }

    public override void BeforeRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        if (row.Text("owner") == "system")
        {
            var key = row.Text(resource.KeyColumn);
            throw new SarkConflictException(
                resource.Noun,
                key,
                $"The template '{key}' came with SARK and cannot be removed; only templates of owner cust can.");
        }
    }
}
