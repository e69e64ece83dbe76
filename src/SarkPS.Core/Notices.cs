namespace SarkPS;

/// <summary>
/// What something long has to tell while it is waited for, such as that a service asks for patience. Whoever waits
/// listens; without a listener nothing is told. It follows the work into other threads, and two that wait at once each
/// hear their own.
/// </summary>
public static class Notices
{
    private static readonly AsyncLocal<Action<string>?> Listener = new();

    /// <summary>Starts work whose notices go to a listener, which may be called on any thread.</summary>
    /// <param name="hear">Gets each sentence.</param>
    /// <param name="work">The work.</param>
    public static T Hear<T>(Action<string> hear, Func<T> work)
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
    public static void Tell(string sentence) => Listener.Value?.Invoke(sentence);
}
