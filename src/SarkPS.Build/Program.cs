using SarkPS.Build;

// Run by src/SarkPS.Cmdlets/Module.targets; with the verb "routes" by whoever changed a resource, and by the tests. Errors come in the form that MSBuild understands: file : error code: text.
try
{
    if (args is ["routes", .. var rest])
    {
        var wish = new BuildOptions(rest);
        var page = new RoutesDocument(DocComments.ReadFolder(AppContext.BaseDirectory)).Write(Path.Combine(wish.Docs, "routes"));
        if (wish.Output is { } output)
        {
            File.WriteAllText(output, page);
        }
        else
        {
            Console.Out.Write(page);
        }

        return 0;
    }

    var options = new BuildOptions(args);
    var commands = ModuleCommand.ReadAll(options.Assembly, options.PowerShell);
    var manifest = ModuleManifest.Read(options.Manifest);
    manifest.Check(options.Version, commands.Select(c => c.Name), options.Views);
    var library = HelpLibrary.Read(options.Docs, Path.GetDirectoryName(options.Assembly)!);
    library.Check(commands);

    manifest.Write(options.Module);
    library.Write(commands, Path.Combine(options.Module, "en-US"));
    return 0;
}
catch (BuildException e)
{
    foreach (var error in e.Errors)
    {
        Console.Error.WriteLine(error);
    }

    return 1;
}
