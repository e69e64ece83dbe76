using System.Globalization;
using System.Security.Cryptography;
using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>Timers have a generated name beside their number.</summary>
/// <param name="table">The table of the timers.</param>
/// <param name="prefix">What the name starts with; six digits from 100000 follow.</param>
internal sealed class TimerHooks(string table, string prefix) : ResourceHooks
{
    public override IReadOnlyList<(string Table, string[] Columns)> Uses => [(table, ["pkey"])];

    public override void BeforeWrite(WriteContext context)
    {
        if (context.IsCreate)
        {
            context.Row["pkey"] = prefix + RandomNumberGenerator.GetInt32(100000, 1000000).ToString(CultureInfo.InvariantCulture);
        }
    }
}
