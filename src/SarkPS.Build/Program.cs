using SarkPS.Build;

// Run by src/SarkPS.Cmdlets/Module.targets; with the verb "routes" by whoever changed a resource, and by the tests. Errors
// come in the form that MSBuild understands: file : error code: text.
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
    var assembly = ModuleCommand.Load(options.Assembly, options.PowerShell);
    var commands = ModuleCommand.ReadAll(assembly);
    var manifest = ModuleManifest.Read(options.Manifest);
    manifest.Check(options.Version);
    var library = HelpLibrary.Read(options.Docs, Path.GetDirectoryName(options.Assembly)!);
    library.Check(commands);
    var views = FormatFile.Make(assembly, commands);

    manifest.Write(options.Module, commands);
    views.Save(Path.Combine(options.Module, "SarkPS.format.ps1xml"));
    TypesFile.Make().Save(Path.Combine(options.Module, "SarkPS.types.ps1xml"));
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
