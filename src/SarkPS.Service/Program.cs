using SarkPS;
using SarkPS.Service;
using SarkPS.Service.Auth;

if (args is [TokenCommand.Verb, .. var rest])
{
    return TokenCommand.Run(rest, Console.Out, Console.Error);
}

try
{
    // Configuration lies beside the program, wherever that was started.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
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
catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
    return 1;
}

/// <summary>The entry point, named for the tests that start the service in their own process.</summary>
public partial class Program;
