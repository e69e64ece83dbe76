using System.Globalization;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;

namespace SarkPS.Bench;

/// <summary>Databases to measure on: a fresh exchange with as many extensions as wanted.</summary>
internal static class BenchDatabase
{
    /// <summary>The first extension.</summary>
    public const int FirstKey = 100000;

    // What a provisioned telephone's row holds, so that answers have the size of real ones.
    private const string Insert = """
        INSERT INTO IPphone (pkey, active, cluster, desc, device, location, macaddr, passwd, protocol, provision, provisionwith, sndcreds, technology, transport, sipiaxfriend, devicerec)
        VALUES (@key, 'YES', 'default', @desc, 'snom320', 'local', @mac, @password, 'IPV4', @provision, 'IP', 'Always', 'SIP', 'udp', @stanza, 'default')
        """;

    /// <summary>Makes one.</summary>
    public static string Create(string path, int extensions)
    {
        EmbeddedDatabase.CreateIfMissing(path);
        using var connection = Open(path);
        using var transaction = connection.BeginTransaction();
        using var insert = connection.CreateCommand();
        insert.CommandText = Insert;
        foreach (var name in new[] { "@key", "@desc", "@mac", "@password", "@provision", "@stanza" })
        {
            insert.Parameters.Add(name, SqliteType.Text);
        }

        for (var i = 0; i < extensions; i++)
        {
            var key = (FirstKey + i).ToString(CultureInfo.InvariantCulture);
            insert.Parameters[0].Value = key;
            insert.Parameters[1].Value = "Ext" + key;
            insert.Parameters[2].Value = "000413" + i.ToString("X6", CultureInfo.InvariantCulture);
            insert.Parameters[3].Value = "b7Kq" + key + "xZ";
            insert.Parameters[4].Value = "#INCLUDE snom\n#INCLUDE snom.udp\n#INCLUDE snom.ipv4\n";
            insert.Parameters[5].Value = "type=peer\ndefaultuser=$desc\nsecret=$password\nmailbox=$ext@$clst\nhost=dynamic\nqualify=yes\n";
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
        return path;
    }

    /// <summary>A connection of the library's own, without anything of ours.</summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWrite }.ToString());
        connection.Open();
        return connection;
    }
}
