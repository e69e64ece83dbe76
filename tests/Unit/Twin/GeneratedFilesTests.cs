using Microsoft.Data.Sqlite;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Twin;

/// <summary>
/// The twin beside the original, for machines that have a SARK: <c>SARK_TEST_GENERATED_DATABASE</c> names a database and
/// <c>SARK_TEST_GENERATED_FILES</c> the folder of configuration that SARK's own generator made of it.
/// </summary>
public sealed class GeneratedFilesTests
{
    private static readonly Dictionary<string, string[]> Files = new(StringComparer.Ordinal)
    {
        [SarkReading.Dialplan] = ["extensions.conf"],
        [SarkReading.Telephones] = ["sark_sip_main.conf", "sark_sip_registrations.conf"],
        [SarkReading.Inter] = ["sark_iax_main.conf", "sark_iax_registrations.conf"],
        [SarkReading.Pjsip] = ["sark_pjsip_ready_phones.conf", "sark_pjsip_ready_webrtc.conf"],
        [SarkReading.Queues] = ["sark_queues_main.conf"],
        [SarkReading.Voicemail] = ["voicemail.conf"],
        [SarkReading.Music] = ["sark_moh.conf"],
    };

    [SkippableFact]
    public void Every_line_of_the_twin_is_one_of_the_generator()
    {
        var (reading, folder) = Start();
        foreach (var (name, files) in Files)
        {
            var written = Sections(folder, files);
            foreach (var line in reading.Written.Where(l => l.File == name))
            {
                var section = line.Section ?? line.Meant[0].Parts[1];
                // What is registered stands above the first section.
                Assert.True(section == "general" || written.ContainsKey(section), $"{line.Owner}: {name} has no [{section}]");
                Assert.All(line.Section is null ? [] : line.Read, m => Assert.True(
                    written[written.ContainsKey(section) ? section : ""].Contains(m),
                    $"{line.Owner}: {name} [{section}] has no '{m}'"));
            }
        }
    }

    [SkippableFact]
    public void Every_line_of_the_generator_that_holds_a_row_is_one_of_the_twin()
    {
        var (reading, folder) = Start();
        var own = reading.Written.Where(l => l.Section is null).Select(l => (l.File, Name: l.Meant[0].Parts[1])).ToHashSet();
        foreach (var (name, files) in Files.Where(f => f.Key is not (SarkReading.Pjsip or SarkReading.Music)))
        {
            var said = reading.Written.Where(l => l.File == name && l.Section is not null)
                .SelectMany(l => l.Read.Select(m => (l.Section, m)))
                .ToHashSet();
            foreach (var (section, meanings) in Sections(folder, files).Where(s => own.Contains((name, s.Key))))
            {
                // Lines that are the same in every one of these contexts are no row's.
                Assert.All(meanings.Where(
                    m => m.Parts is not ["set", "include",
                        "parkedcalls" or "internal-presets" or "extensions" or "Emergency" or "Cosend"]), m =>
                            Assert.Contains((section, m), said));
            }
        }
    }

    private static (SarkReading Reading, string Folder) Start()
    {
        var (database, folder) = (Environment.GetEnvironmentVariable("SARK_TEST_GENERATED_DATABASE"), Environment.GetEnvironmentVariable(
            "SARK_TEST_GENERATED_FILES"));
        Skip.If(
            string.IsNullOrEmpty(database) || string.IsNullOrEmpty(folder),
            "No files that SARK generated: SARK_TEST_GENERATED_DATABASE and SARK_TEST_GENERATED_FILES are not set.");
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return (new SarkReading(DatabaseContent.Read(connection), TwinCheck.Version(connection)), folder!);
    }

    // What each section says; sections of one name are one.
    private static Dictionary<string, HashSet<Meaning>> Sections(string folder, string[] files)
    {
        var sections = new Dictionary<string, HashSet<Meaning>>(StringComparer.Ordinal);
        foreach (var file in files.Select(f => Path.Combine(folder, f)).Where(File.Exists))
        {
            var current = sections[""] = sections.GetValueOrDefault("") ?? [];
            foreach (var meaning in Meaning.Of(File.ReadAllText(file)))
            {
                if (meaning.Parts[0] == "section")
                {
                    current = sections[meaning.Parts[1]] = sections.GetValueOrDefault(meaning.Parts[1]) ?? [];
                }
                else
                {
                    current.Add(meaning);
                }
            }
        }

        return sections;
    }
}
