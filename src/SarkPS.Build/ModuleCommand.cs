using System.Collections;
using System.Reflection;
using System.Runtime.Loader;

namespace SarkPS.Build;

/// <summary>One cmdlet as its class declares it: what help needs and no page has to repeat.</summary>
/// <param name="Name">Verb, dash, noun.</param>
/// <param name="ClassName">Full name of the class, for its doc comment.</param>
/// <param name="Sets">Names of the parameter sets, the default one first.</param>
/// <param name="Parameters">All parameters, common ones of the engine apart, -WhatIf and -Confirm included where they apply.</param>
/// <param name="Outputs">Full names of the types that it says it emits.</param>
/// <param name="Aliases">Other names.</param>
internal sealed record ModuleCommand(
    string Name, string ClassName, IReadOnlyList<string> Sets, IReadOnlyList<ModuleParameter> Parameters, IReadOnlyList<string> Outputs,
    IReadOnlyList<string> Aliases)
{
    private const string AllSets = "__AllParameterSets";
    private const string Engine = "System.Management.Automation.";

    public string Verb => Name[..Name.IndexOf('-', StringComparison.Ordinal)];

    public string Noun => Name[(Verb.Length + 1)..];

    /// <summary>
    /// Loads the assembly of the cmdlets with the engine that it was compiled against, which is a library of signatures
    /// without bodies.
    /// </summary>
    public static Assembly Load(string assembly, string powerShell)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(assembly))!;
        var context = new AssemblyLoadContext("SarkPS.Build");
        context.Resolving += (c, name) =>
        {
            var path = name.Name == "System.Management.Automation" ? powerShell : Path.Combine(folder, name.Name + ".dll");
            return File.Exists(path) ? c.LoadFromAssemblyPath(Path.GetFullPath(path)) : null;
        };

        return context.LoadFromAssemblyPath(Path.GetFullPath(assembly));
    }

    /// <summary>Reads the cmdlets of an assembly. Their attributes are read as data and never constructed.</summary>
    public static IReadOnlyList<ModuleCommand> ReadAll(Assembly assembly) => assembly.GetExportedTypes()
        .Where(t => !t.IsAbstract && Attribute(t, "CmdletAttribute") is not null)
        .Select(Read)
        .OrderBy(c => c.Name, StringComparer.Ordinal)
        .ToList();

    private static ModuleCommand Read(Type type)
    {
        var cmdlet = Attribute(type, "CmdletAttribute")!;
        var name = $"{cmdlet.ConstructorArguments[0].Value}-{cmdlet.ConstructorArguments[1].Value}";
        var parameters = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => ReadParameter(p, RecordOf(type)))
            .OfType<ModuleParameter>()
            .ToList();
        if (Named(cmdlet, "SupportsShouldProcess", false))
        {
            parameters.Add(ModuleParameter.Switch("WhatIf", "wi"));
            parameters.Add(ModuleParameter.Switch("Confirm", "cf"));
        }

        var sets = parameters.SelectMany(p => p.Sets.Keys).Where(s => s != AllSets).Distinct().ToList();
        var first = Named(cmdlet, "DefaultParameterSetName", "");
        sets = sets.Count == 0 ? [AllSets] : [.. sets.OrderByDescending(s => s == first)];
        var outputs = type.CustomAttributes
            .Where(a => a.AttributeType.FullName == Engine + "OutputTypeAttribute")
            .SelectMany(a => a.ConstructorArguments.SelectMany(Values))
            .Select(v => v is Type t ? t.FullName! : (string)v)
            .Distinct()
            .ToList();
        return new(name, type.FullName!, sets, parameters, outputs, Strings(type, "AliasAttribute"));
    }

    /// <summary>What the rows are that a cmdlet makes or changes, or null.</summary>
    private static Type? RecordOf(Type? type) =>
        type is null ? null
        : type.IsGenericType && type.Name == "SarkWriteCommand`1" ? type.GetGenericArguments()[0]
        : RecordOf(type.BaseType);

    /// <summary>
    /// Whether a row that is piped in gives the value where the parameter does not: all of its columns do, and they are what
    /// the class declares that New- and Set- share.
    /// </summary>
    private static bool IsReadFromRow(PropertyInfo property, Type? record) =>
        record is not null
        && (record.GetProperty(property.Name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance) is not null
            || (property.GetMethod!.GetBaseDefinition().DeclaringType!.Name == record.Name + "WriteCommand"
                && property.PropertyType != typeof(IDictionary)));

    private static ModuleParameter? ReadParameter(PropertyInfo property, Type? record)
    {
        var sets = new Dictionary<string, ModuleParameterSet>();
        foreach (var attribute in property.CustomAttributes.Where(a => a.AttributeType.FullName == Engine + "ParameterAttribute"))
        {
            if (!Named(attribute, "DontShow", false))
            {
                var position = Named(attribute, "Position", int.MinValue);
                sets[Named(attribute, "ParameterSetName", AllSets)] = new(
                    Named(attribute, "Mandatory", false),
                    position == int.MinValue ? null : position,
                    Named(attribute, "ValueFromPipeline", false),
                    Named(attribute, "ValueFromPipelineByPropertyName", false),
                    Named(attribute, "ValueFromRemainingArguments", false));
            }
        }

        if (sets.Count == 0)
        {
            return null;
        }

        var declaring = property.DeclaringType!;
        declaring = declaring.IsGenericType ? declaring.GetGenericTypeDefinition() : declaring;
        return new(
            property.Name,
            Shown(property.PropertyType),
            property.PropertyType.FullName == Engine + "SwitchParameter",
            Strings(property, "AliasAttribute"),
            Strings(property, "ValidateSetAttribute"),
            Attribute(property, "SupportsWildcardsAttribute") is not null,
            sets,
            $"P:{declaring.FullName!.Replace('+', '.')}.{property.Name}",
            IsReadFromRow(property, record));
    }

    /// <summary>A type as PowerShell's own help shows it: without namespace, and a nullable value as the value.</summary>
    private static string Shown(Type type)
    {
        if (type.IsArray)
        {
            return Shown(type.GetElementType()!) + "[]";
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Nullable<>)
            ? Shown(type.GetGenericArguments()[0])
            : type.IsGenericType
                ? $"{type.Name.Split('`')[0]}[{string.Join(",", type.GetGenericArguments().Select(Shown))}]"
                : type.Name;
    }

    private static CustomAttributeData? Attribute(MemberInfo member, string name) =>
        member.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName == Engine + name);

    private static List<string> Strings(MemberInfo member, string attribute) =>
        Attribute(member, attribute)?.ConstructorArguments.SelectMany(Values).OfType<string>().ToList() ?? [];

    private static IEnumerable<object> Values(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        IEnumerable and not string => ((IReadOnlyCollection<CustomAttributeTypedArgument>)argument.Value).SelectMany(Values),
        null => [],
        var value => [value],
    };

    private static T Named<T>(CustomAttributeData attribute, string name, T otherwise) =>
        attribute.NamedArguments.FirstOrDefault(a => a.MemberName == name).TypedValue.Value is T value ? value : otherwise;
}

/// <summary>How a parameter behaves in one parameter set.</summary>
internal sealed record ModuleParameterSet(bool Mandatory, int? Position, bool Pipeline, bool PipelineByName, bool Remaining)
{
    /// <summary>In the words of PowerShell's help.</summary>
    public string PipelineText => (Pipeline, PipelineByName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };
}

/// <summary>One parameter of a cmdlet.</summary>
/// <param name="Name">Without the dash.</param>
/// <param name="Type">As help shows it.</param>
/// <param name="IsSwitch">It takes no value.</param>
/// <param name="Aliases">Other names.</param>
/// <param name="Allowed">The only values allowed, or none.</param>
/// <param name="Wildcards">It accepts patterns.</param>
/// <param name="Sets">Parameter sets that it belongs to.</param>
/// <param name="Member">Name of the property in the file of doc comments.</param>
/// <param name="IsReadFromRow">Whether a row that is piped in may give the value.</param>
internal sealed record ModuleParameter(
    string Name,
    string Type,
    bool IsSwitch,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<string> Allowed,
    bool Wildcards,
    IReadOnlyDictionary<string, ModuleParameterSet> Sets,
    string Member,
    bool IsReadFromRow = false)
{
    /// <summary>A switch of the engine that the class does not declare.</summary>
    public static ModuleParameter Switch(string name, string alias) => new(
        name, "SwitchParameter", true, [alias], [], false,
        new Dictionary<string, ModuleParameterSet> { ["__AllParameterSets"] = new(false, null, false, false, false) }, "");

    /// <summary>What help says about the pipeline: the engine's own words, or the properties of a row that give the value.</summary>
    public string PipelineText(ModuleParameterSet set) => set is { Pipeline: false, PipelineByName: false } && IsReadFromRow
        ? $"True (property {string.Join(" or ", Aliases.Prepend(Name))} of a row)"
        : set.PipelineText;

    /// <summary>The parameter in one set, or null if it is not in it.</summary>
    public ModuleParameterSet? In(string set) => Sets.GetValueOrDefault(set) ?? Sets.GetValueOrDefault("__AllParameterSets");
}
