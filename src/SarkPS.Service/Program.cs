using SarkPS;
using SarkPS.Service;
using SarkPS.Service.Settings;

try
{
    if (CommandLine.Run(args, Console.Out, Console.Error) is { } code)
    {
        return code;
    }

    // Configuration lies beside the program, wherever that was started.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    SettingsFiles.AddMachineFile(builder.Configuration);
    builder.AddSark();
    var app = builder.Build();
    app.UseSark();
    app.MapSark();
    await app.RunAsync().ConfigureAwait(false);
    return 0;
}
catch (SarkException error)
{
    await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
    return 1;
}
catch (InvalidDataException error)
{
    // A settings file that is no JSON; which one, and where.
    await Console.Error.WriteLineAsync($"{error.Message} {error.GetBaseException().Message}").ConfigureAwait(false);
    return 1;
}
catch (IOException error)
{
    // An address that is taken, or a certificate that is not there.
    await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
    return 1;
}
catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or NotSupportedException)
{
    // What the host or the server refuse of settings that are theirs.
    await Console.Error.WriteLineAsync($"The service cannot start: {error.Message.Split('\n')[0].Trim()}").ConfigureAwait(false);
    return 1;
}

/// <summary>The entry point, named for the tests that start the service in their own process.</summary>
public partial class Program;
