using System.Buffers;

namespace SarkPS.Data.Sqlite;

/// <summary>A buffer that grows with memory that others have used before, and gives it back.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int Least = 16 * 1024;

    private byte[] bytes = ArrayPool<byte>.Shared.Rent(Least);

    /// <summary>How many bytes are in it.</summary>
    public int Count { get; private set; }

    /// <summary>What is in it.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Count);

    /// <summary>Empties it.</summary>
    public void Clear() => Count = 0;

    public void Advance(int count) => Count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(Count);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        Count = 0;
    }

    private void Reserve(int size)
    {
        size = Math.Max(size, 1);
        if (bytes.Length - Count >= size)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, Count + size));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
