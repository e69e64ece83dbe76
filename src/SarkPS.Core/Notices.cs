namespace SarkPS;

/// <summary>Something that is told while something long is waited for.</summary>
/// <param name="Sentence">A sentence for people.</param>
/// <param name="IsToldOnce">Whether it is enough to tell it once, however often it happens.</param>
public sealed record Notice(string Sentence, bool IsToldOnce);

/// <summary>
/// What something long has to tell while it is waited for, such as that a service asks for patience. Whoever waits
/// listens; without a listener nothing is told. It follows the work into other threads, and two that wait at once each
/// hear their own.
/// </summary>
public static class Notices
{
    private static readonly AsyncLocal<Action<Notice>?> Listener = new();

    /// <summary>Starts work whose notices go to a listener, which may be called on any thread.</summary>
    /// <param name="hear">Gets each notice.</param>
    /// <param name="work">The work.</param>
    public static T Hear<T>(Action<Notice> hear, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var before = Listener.Value;
        Listener.Value = hear;
        try
        {
            return work();
        }
        finally
        {
            Listener.Value = before;
        }
    }

    /// <summary>Tells something.</summary>
    /// <param name="sentence">A sentence for people.</param>
    /// <param name="once">Whether it is enough to tell it once, however often it happens.</param>
    public static void Tell(string sentence, bool once = false) => Listener.Value?.Invoke(new Notice(sentence, once));
}
