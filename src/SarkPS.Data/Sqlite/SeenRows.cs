namespace SarkPS.Data.Sqlite;

/// <summary>
/// What a connection that writes has read and need not read again: the answers of questions about one table, until a row of
/// that table changes. SQLite tells of each row that this connection changes, those that triggers change included; what others
/// have changed is for whoever begins a transaction to find out.
/// </summary>
/// <param name="statements">The connection's statements.</param>
internal sealed class SeenRows(Statements statements)
{
    // More than one set of changes asks; what is asked once only must not fill the memory.
    private const int MostAnswers = 1000;

    private readonly Dictionary<Question, object?> answers = [];
    private readonly Dictionary<string, List<Question>> asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly ValueIndex index = new(statements);
    private int count = StatementRow.ChangeCount(statements.Handle);

    /// <summary>To be told of each row that is changed.</summary>
    public void Changed(string table, long rowId)
    {
        count++;
        index.Changed(table, rowId);
        if (asked.Remove(table, out var questions))
        {
            questions.ForEach(q => answers.Remove(q));
        }
    }

    /// <summary>Forgets the answers: something was taken back.</summary>
    public void Clear()
    {
        answers.Clear();
        asked.Clear();
    }

    /// <summary>Forgets everything: others may have changed the rows.</summary>
    public void Forget()
    {
        Clear();
        index.Forget();
        count = StatementRow.ChangeCount(statements.Handle);
    }

    /// <inheritdoc cref="ValueIndex.Find"/>
    public IReadOnlyCollection<long>? Places(string table, string column, string text)
    {
        Check();
        return index.Find(table, column, text);
    }

    /// <summary>The answer to a question about a table.</summary>
    /// <param name="table">The table, one whose rows have ids: SQLite tells of no other.</param>
    /// <param name="sql">The question.</param>
    /// <param name="values">The values of its parameters.</param>
    /// <param name="ask">Asks it.</param>
    public T Find<T>(string table, string sql, object?[] values, Func<T> ask)
    {
        Check();
        var question = new Question(sql, values);
        if (answers.TryGetValue(question, out var known))
        {
            return (T)known!;
        }

        var answer = ask();
        if (answers.Count >= MostAnswers)
        {
            Clear();
        }

        answers[question] = answer;
        if (!asked.TryGetValue(table, out var questions))
        {
            asked[table] = questions = [];
        }

        questions.Add(question);
        return answer;
    }

    // SQLite does not tell of rows that go when a table is emptied at once.
    private void Check()
    {
        if (StatementRow.ChangeCount(statements.Handle) != count)
        {
            Forget();
        }
    }

    private readonly struct Question(string sql, object?[] values) : IEquatable<Question>
    {
        private readonly string sql = sql;
        private readonly object?[] values = values;

        public bool Equals(Question other) => sql == other.sql && values.AsSpan().SequenceEqual(other.values);

        public override bool Equals(object? obj) => obj is Question other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(sql);
            foreach (var value in values)
            {
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}
