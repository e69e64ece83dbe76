using System.Management.Automation;
using System.Reflection;
using SarkPS.Cmdlets;

namespace SarkPS.Tests.Support;

/// <summary>The module's cmdlets by name.</summary>
internal static class Commands
{
    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = new SortedDictionary<string, Type>(
        typeof(SarkCmdlet).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.GetCustomAttribute<CmdletAttribute>() is not null)
            .ToDictionary(t => $"{Attribute(t).VerbName}-{Attribute(t).NounName}"),
        StringComparer.Ordinal);

    /// <summary>How a cmdlet is declared.</summary>
    public static CmdletAttribute Attribute(Type command) => command.GetCustomAttribute<CmdletAttribute>()!;

    /// <summary>
    /// The parameters of a cmdlet, those that it inherits included. As for the engine, one that is declared anew is what is
    /// said there.
    /// </summary>
    public static IEnumerable<PropertyInfo> Parameters(Type command) =>
        command.GetProperties().Where(p => p.GetCustomAttributes<ParameterAttribute>(inherit: false).Any());
}
