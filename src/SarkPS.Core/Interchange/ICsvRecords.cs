namespace SarkPS;

/// <summary>The records of a CSV file (RFC 4180), one after the other.</summary>
public interface ICsvRecords : IDisposable
{
    /// <summary>The line that the record begins in that was read last, or could not be read; from 1.</summary>
    int Line { get; }

    /// <summary>The next record; lines with nothing in them are none. Null at the end.</summary>
    /// <exception cref="FormatException">It is no CSV; the message says what is wrong.</exception>
    IReadOnlyList<string>? Read();
}
