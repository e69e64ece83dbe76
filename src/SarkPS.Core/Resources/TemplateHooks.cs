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
        if (!isSent || context.All["blfkeyname"] is not string name || context.HasError("blfkeyname") || context.HasError("technology"))
        {
            return;
        }

        if (context.Session.Select("Device", ("pkey", name)) is [var template, ..] && template.Text("technology") != LampKeys)
        {
            context.AddError("blfkeyname", "blfkeyname reference must be of type 'BLF Template'!");
        }

        var technology = context.Sent["technology"] as string ?? context.Current?.Text("technology");
        if (technology != "SIP")
        {
            context.AddError("blfkeyname", $"blfkeyname only allowed {(context.IsCreate ? "for" : "in")} template type of SIP! ");
        }
    }

    public override void BeforeRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        if (row.Text("owner") == "system")
        {
            var key = row.Text(resource.KeyColumn);
            throw new SarkConflictException(resource.Noun, key, $"The template '{key}' came with SARK and cannot be removed; only templates of owner cust can.");
        }
    }
}
