using System.Buffers.Binary;

namespace SarkPS.Tests.Files;

public sealed class GreetingTests : IDisposable
{
    private readonly PbxTree tree = new();

    private IGreetingOperations Greetings => tree.Operations.Greetings;

    public void Dispose() => tree.Dispose();

    /// <summary>A second of silence, as Asterisk records it: 8 kHz, 16 bit, one channel.</summary>
    internal static byte[] Wave(int bytes = 1600)
    {
        var content = new byte[44 + bytes];
        "RIFF"u8.CopyTo(content);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(4), content.Length - 8);
        "WAVEfmt "u8.CopyTo(content.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(content.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(content.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(24), 8000);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(28), 16000);
        BinaryPrimitives.WriteInt16LittleEndian(content.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(content.AsSpan(34), 16);
        "data"u8.CopyTo(content.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(40), bytes);
        return content;
    }

    /// <summary>Frames of MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes each.</summary>
    internal static byte[] Mpeg(int frames = 3, bool tag = false)
    {
        var content = new MemoryStream();
        if (tag)
        {
            content.Write([.. "ID3"u8, 4, 0, 0, 0, 0, 0, 20, .. new byte[20]]);
        }

        for (var i = 0; i < frames; i++)
        {
            content.Write([0xFF, 0xFB, 0x90, 0x00, .. new byte[413]]);
        }

        return content.ToArray();
    }

    private static byte[] Gsm(int frames = 4) => [.. Enumerable.Range(0, frames).SelectMany(_ => new byte[] { 0xD2 }.Concat(new byte[32]))];

    private Task<Greeting> ImportAsync(string name, byte[] content, bool force = false) =>
        Greetings.ImportAsync(name, new MemoryStream(content), force);

    [Fact]
    public async Task Sound_files_are_taken_in_and_listed_and_other_sounds_are_not()
    {
        tree.Write("/usr/share/asterisk/sounds/beep.gsm", "beep");
        tree.Write("/usr/share/asterisk/sounds/usergreeting00011.wav", "five digits");
        await ImportAsync("usergreeting0007.wav", Wave());
        await ImportAsync("usergreeting0004.mp3", Mpeg());
        await ImportAsync("usergreeting0005.mp3", Mpeg(tag: true));
        await ImportAsync("usergreeting0006.gsm", Gsm());
        var listed = await Greetings.ListAsync();
        Assert.Equal([(4, "mp3"), (5, "mp3"), (6, "gsm"), (7, "wav")], listed.Select(greeting => (greeting.Number, greeting.Format)));
        using var content = await Greetings.OpenAsync("usergreeting0007.wav");
        Assert.Equal(Wave().Length, content.Length);
    }

    [Fact]
    public async Task What_is_no_sound_of_the_kind_that_its_name_says_is_refused()
    {
        var cut = Wave()[..500];
        var empty = Wave(0);
        foreach (var content in new[] { [], "not a sound"u8.ToArray(), Mpeg(), cut, empty, "RIFF\u0010\0\0\0WAVEjunk"u8.ToArray() })
        {
            await Assert.ThrowsAsync<SarkValidationException>(() => ImportAsync("usergreeting0001.wav", content));
        }

        foreach (var content in new[] { [], Wave(), Mpeg(1), Mpeg()[..600], [0xFF, 0xFB, 0x90, 0x00, .. new byte[600]] })
        {
            await Assert.ThrowsAsync<SarkValidationException>(() => ImportAsync("usergreeting0001.mp3", content));
        }

        foreach (var content in new[] { [], Wave(), Gsm()[..^1], [.. Gsm(), .. new byte[33]] })
        {
            await Assert.ThrowsAsync<SarkValidationException>(() => ImportAsync("usergreeting0001.gsm", content));
        }

        tree.Options.Limits.Greeting = 1000;
        Assert.Equal(
            SarkErrorKind.TooLarge,
            (await Assert.ThrowsAsync<SarkException>(() => ImportAsync("usergreeting0001.wav", Wave()))).Kind);
        Assert.Empty(Directory.GetFileSystemEntries(tree["/usr/share/asterisk/sounds"]));
    }

    [Theory]
    [InlineData("hello.wav")]
    [InlineData("xusergreeting0003.wav")]
    [InlineData("usergreeting00031.wav")]
    [InlineData("usergreeting0001.gsm")]
    [InlineData("USERGREETING0001.WAV")]
    [InlineData("usergreeting0001.wav\n")]
    [InlineData("../sounds/usergreeting0001.wav")]
    [InlineData("usergreeting\u0660\u0660\u0660\u0661.wav")]
    [InlineData("sark.db.1")]
    public async Task Other_names_are_refused(string name)
    {
        await Assert.ThrowsAsync<SarkValidationException>(() => ImportAsync(name, Wave()));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => Greetings.OpenAsync(name));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => Greetings.RemoveAsync(name, force: true));
    }

    [Fact]
    public async Task One_is_not_overwritten_unless_that_is_asked_for()
    {
        await ImportAsync("usergreeting0001.wav", Wave());
        await Assert.ThrowsAsync<SarkConflictException>(() => ImportAsync("usergreeting0001.wav", Wave(200)));
        Assert.Equal(244, (await ImportAsync("usergreeting0001.wav", Wave(200), force: true)).Size);
    }

    [Theory]
    [InlineData("INSERT INTO ivrmenu (pkey, greetnum) VALUES ('main', '12')", "Ivr main (Greeting)")]
    [InlineData("INSERT INTO ivrmenu (pkey, greetnum) VALUES ('main', '0012')", "Ivr main (Greeting)")]
    [InlineData("INSERT INTO ivrmenu (pkey, greetnum) VALUES ('main', 'usergreeting0012')", "Ivr main (Greeting)")]
    [InlineData("INSERT INTO Queue (pkey, greetnum) VALUES ('sales', 'usergreeting0012')", "Queue sales (Greeting)")]
    [InlineData("INSERT INTO speed (pkey, greeting) VALUES ('600', 'usergreeting0012')", "RingGroup 600 (Greeting)")]
    [InlineData(
        "INSERT INTO lineIO (pkey, technology, opengreet) VALUES ('_X.', 'DiD', 'usergreeting0012')",
        "InboundRoute _X. (opengreet)")]
    public async Task One_that_is_played_is_removed_only_by_force(string sql, string user)
    {
        tree.Sql("INSERT INTO ivrmenu (pkey, greetnum) VALUES ('other', 'usergreeting0013'), ('none', 'None'), ('more', '112')");
        tree.Sql(sql);
        await ImportAsync("usergreeting0012.wav", Wave());
        var error = await Assert.ThrowsAsync<SarkConflictException>(() => Greetings.RemoveAsync("usergreeting0012.wav"));
        Assert.Equal([user], error.Dependants);
        Assert.Single(await Greetings.ListAsync());
        // In another format it goes on being played.
        await ImportAsync("usergreeting0012.mp3", Mpeg());
        await Greetings.RemoveAsync("usergreeting0012.mp3");
        await Greetings.RemoveAsync("usergreeting0012.wav", force: true);
        Assert.Empty(await Greetings.ListAsync());
    }
}
