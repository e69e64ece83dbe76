namespace SarkPS.Descriptors;

/// <summary>
/// What is drawn by chance for one row, such as a password. It is remembered where a change is tried first and made later: then
/// it is made with the values that were told before.
/// </summary>
internal sealed class Draws
{
    private Dictionary<string, string>? values;

    /// <summary>The key of a row whose key the database makes; null where it was not made yet.</summary>
    public long? Key { get; set; }

    /// <summary>A value for a column: the one that was drawn for it before, else a new one.</summary>
    /// <param name="column">The column.</param>
    /// <param name="draw">Draws one.</param>
    /// <param name="isTaken">Whether another row has it already; null where several may have the same.</param>
    /// <returns>Null where what was drawn before is taken by now.</returns>
    public string? Take(string column, Func<string> draw, Func<string, bool>? isTaken)
    {
        if (values?.TryGetValue(column, out var before) == true)
        {
            return isTaken?.Invoke(before) == true ? null : before;
        }

        string value;
        do
        {
            value = draw();
        }
        while (isTaken?.Invoke(value) == true);
        return (values ??= new(StringComparer.Ordinal))[column] = value;
    }
}
