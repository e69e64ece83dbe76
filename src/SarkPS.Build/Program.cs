using SarkPS.Build;

// Run by src/SarkPS.Cmdlets/Module.targets. Errors come in the form that MSBuild understands: file : error code: text.
try
{
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
