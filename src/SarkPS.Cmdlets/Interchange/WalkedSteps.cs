using System.Collections;

namespace SarkPS.Cmdlets.Interchange;

/// <summary>The steps of a set, which tell how far whoever makes them has come.</summary>
/// <param name="steps">The steps.</param>
/// <param name="tell">Is told the place of the step that is looked at.</param>
internal sealed class WalkedSteps(IReadOnlyList<ChangeStep> steps, Action<int> tell) : IReadOnlyList<ChangeStep>
{
    /// <inheritdoc/>
    public int Count => steps.Count;

    /// <inheritdoc/>
    public ChangeStep this[int index]
    {
        get
        {
            tell(index);
            return steps[index];
        }
    }

    /// <summary>Looks through all of them, which makes none.</summary>
    public IEnumerator<ChangeStep> GetEnumerator() => steps.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
