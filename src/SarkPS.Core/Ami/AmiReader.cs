using System.Net.Sockets;

namespace SarkPS.Ami;

/// <summary>
/// Reads for a connection. A plain socket is read by threads of its own, of which the kernel wakes one as soon as bytes are
/// there, and that one goes straight on with whoever waits for the answer while the other takes over reading. Read
/// asynchronously, each answer would first go through the runtime's socket thread and then the thread pool, which costs a
/// caller who asks one question after the other more than Asterisk's answer does. Other streams are read asynchronously.
/// </summary>
/// <param name="stream">What is read.</param>
/// <param name="connection">Whose it is.</param>
internal sealed class AmiReader(Stream stream, AmiConnection connection)
{
    private readonly object turn = new();
    private int readers;

    /// <summary>Whether callers go on at once, on the thread that read their answer.</summary>
    public static bool IsBlocking(Stream stream) => stream is NetworkStream;

    public void Start()
    {
        if (IsBlocking(stream))
        {
            StartThread();
            StartThread();
        }
        else
        {
            _ = ReadAsync();
        }
    }

    private void StartThread()
    {
        Interlocked.Increment(ref readers);
        new Thread(Read) { IsBackground = true, Name = "Asterisk manager" }.Start();
    }

    // Entered with this thread counted among the readers: those that read or wait for their turn.
    private void Read()
    {
        var finished = new List<AmiPending>();
        do
        {
            lock (turn)
            {
                while (connection.IsOpen && finished.Count == 0)
                {
                    try
                    {
                        connection.Receive(stream.Read(connection.Room.Span), finished);
                    }
                    catch (Exception e)
                    {
                        connection.Break(e);
                    }
                }
            }

            // A caller who goes on here may take as long as he likes: there is always another thread that reads.
            if (Interlocked.Decrement(ref readers) == 0 && connection.IsOpen)
            {
                StartThread();
            }

            // Of several, only the last goes on here: were it the first, and did it wait for another, none would go on.
            for (var i = 0; i < finished.Count - 1; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static one => one.Complete(), finished[i], preferLocal: false);
            }

            if (finished.Count > 0)
            {
                finished[^1].Complete();
            }

            finished.Clear();
        }
        while (connection.IsOpen && Join());
    }

    // Two are enough: one that reads, and one that takes over.
    private bool Join()
    {
        if (Interlocked.Increment(ref readers) <= 2)
        {
            return true;
        }

        Interlocked.Decrement(ref readers);
        return false;
    }

    private async Task ReadAsync()
    {
        var finished = new List<AmiPending>();
        while (connection.IsOpen)
        {
            try
            {
                connection.Receive(await stream.ReadAsync(connection.Room).ConfigureAwait(false), finished);
            }
            catch (Exception e)
            {
                connection.Break(e);
            }

            foreach (var one in finished)
            {
                one.Complete();
            }

            finished.Clear();
        }
    }
}
