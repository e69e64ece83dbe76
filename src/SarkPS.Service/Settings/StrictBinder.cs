using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace SarkPS.Service.Settings;

/// <summary>
/// Reads settings into an object and tells what it cannot read: a key that is no setting, a value that is not of its type,
/// a gap in a list. What the framework's binder passes over in silence would serve another database than the one that was
/// meant, or open the service.
/// </summary>
/// <param name="root">The configuration.</param>
internal sealed class StrictBinder(IConfiguration root)
{
    private readonly List<string> problems = [];
    private readonly List<string> known = [];

    /// <summary>What is wrong, a sentence each. They never hold a text that was set, which may be a secret.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Says what stands in a section, so that what stands in the wrong one is told where it belongs.</summary>
    public StrictBinder Knows<T>(string path)
    {
        known.AddRange(Known(typeof(T), path));
        return this;
    }

    /// <summary>Reads a section.</summary>
    /// <param name="path">The section.</param>
    /// <param name="others">Sections in it that are read by themselves.</param>
    public T Bind<T>(string path, params string[] others)
        where T : new()
    {
        var section = root.GetSection(path);
        var result = new T();
        if (HasValue(section))
        {
            Add(section, $"is a group of settings ({Names(path, typeof(T))}) and takes no value itself");
        }

        Fill(section, result, others);
        return result;
    }

    /// <summary>Adds a problem with a setting, and says where it was set.</summary>
    public void Add(IConfigurationSection section, string problem)
    {
        var source = (root as IConfigurationRoot)?.Providers.Reverse().FirstOrDefault(p => Sets(p, section.Path));
        problems.Add($"{section.Path} {problem}{(source is null ? "" : $" (set in {Name(source)})")}.");
    }

    private void Fill(IConfigurationSection section, object target, string[] others)
    {
        foreach (var child in section.GetChildren())
        {
            if (others.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            var property = target.GetType().GetProperties()
                .FirstOrDefault(p => p.CanWrite && p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                Add(child, $"is no setting{Nearest(child)}");
                continue;
            }

            if (Read(child, property.PropertyType, property, property.GetValue(target)) is { } value)
            {
                property.SetValue(target, value);
            }
        }
    }

    private object? Read(IConfigurationSection section, Type type, PropertyInfo property, object? current)
    {
        if (typeof(IList).IsAssignableFrom(type))
        {
            return ReadList(section, type, property);
        }

        if (IsGroup(type))
        {
            if (HasValue(section))
            {
                Add(section, $"is a group of settings ({Names(section.Path, type)}) and takes no value itself");
                return null;
            }

            var group = current ?? Activator.CreateInstance(type)!;
            Fill(section, group, []);
            return group;
        }

        if (section.GetChildren().FirstOrDefault() is { } child)
        {
            Add(child, $"is no setting: {section.Path} is a single value");
            return null;
        }

        // A JSON null, which leaves what may be left out.
        if (section.Value is not { } text)
        {
            if (type.IsValueType && Nullable.GetUnderlyingType(type) is null)
            {
                Add(section, $"has no value; it must be {Allowed(type, property)}, or be left out");
            }

            return null;
        }

        if (text.Trim().Length == 0)
        {
            Add(section, "is empty; give it a value, or leave it out");
            return null;
        }

        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var value = Parse(text.Trim(), plain);
        if (value is null || (property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value)))
        {
            Add(section, $"is '{text}' and must be {Allowed(plain, property)}");
            return null;
        }

        return plain == typeof(string) ? text : value;
    }

    private IList? ReadList(IConfigurationSection section, Type type, PropertyInfo property)
    {
        var item = type.GetGenericArguments()[0];
        var first = IsGroup(item) ? $"{section.Path}:0:{item.GetProperties()[0].Name}" : $"{section.Path}:0";
        var children = section.GetChildren().ToArray();
        if (HasValue(section) || children.Length == 0)
        {
            Add(section, $"must be a list with at least one entry ({first}, ...); leave it out to have none");
            return null;
        }

        var list = (IList)Activator.CreateInstance(type)!;
        for (var i = 0; i < children.Length; i++)
        {
            var entry = section.GetSection(i.ToString(CultureInfo.InvariantCulture));
            if (!children.Any(c => c.Key == entry.Key))
            {
                var odd = children.First(c => !int.TryParse(c.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                    || n >= children.Length
                    || c.Key != n.ToString(CultureInfo.InvariantCulture));
                Add(odd,
                    $"does not belong to a list of {children.Length}, whose entries are {section.Path}:0 to "
                        + $"{section.Path}:{children.Length - 1}");
                return null;
            }

            if (IsGroup(item))
            {
                if (HasValue(entry))
                {
                    Add(entry, $"must be an entry with {Names(entry.Path, item)}");
                    continue;
                }

                var made = Activator.CreateInstance(item)!;
                Fill(entry, made, []);
                list.Add(made);
            }
            else if (Read(entry, item, property, null) is { } value)
            {
                list.Add(value);
            }
            else if (entry.Value is null && !entry.GetChildren().Any())
            {
                Add(entry, "is empty; give it a value, or leave it out");
            }
        }

        return list;
    }

    // A host that passes settings on gives the groups above them an empty value.
    private static bool HasValue(IConfigurationSection section) =>
        section.Value is { Length: > 0 } || (section.Value is not null && !section.GetChildren().Any());

    private static object? Parse(string text, Type type)
    {
        if (type == typeof(string))
        {
            return text;
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var flag) ? flag : null;
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        if (type == typeof(TimeSpan))
        {
            // A bare number would be days.
            return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time)
                && time >= TimeSpan.Zero
                && time < TimeSpan.FromDays(24) ? time : null;
        }

        if (type == typeof(DateTimeOffset))
        {
            string[] forms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK",
                "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];
            return DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var date)
                ? date
                : null;
        }

        return type.IsEnum
            ? Enum.GetNames(type).FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse(type, name)
            : null
            : throw new NotSupportedException($"Settings of the type {type} are not read.");
    }

    private static string Allowed(Type type, PropertyInfo property)
    {
        if (type == typeof(bool))
        {
            return "true or false";
        }

        if (type == typeof(TimeSpan))
        {
            return "a time as hh:mm:ss of less than 24 days";
        }

        if (type == typeof(DateTimeOffset))
        {
            return "a date as 2027-12-31 or 2027-12-31T18:00:00+01:00";
        }

        return type.IsEnum ? string.Join(" or ", Enum.GetNames(type))
            : property.GetCustomAttribute<RangeAttribute>() is { } range
                ? range.Maximum is int.MaxValue or long.MaxValue or (double)long.MaxValue
                    || Equals(range.Maximum, long.MaxValue.ToString(CultureInfo.InvariantCulture))
                    ? $"a whole number of at least {range.Minimum}"
                    : $"a whole number from {range.Minimum} to {range.Maximum}"
            : type == typeof(string) ? "a text"
            : "a whole number";
    }

    // In the same group first; then anywhere, since a setting that stands one level too high or too low is as usual a slip.
    private string Nearest(IConfigurationSection child)
    {
        var parent = child.Path[..^child.Key.Length];
        var limit = Math.Max(1, Math.Min(3, child.Key.Length / 3));
        var nearest = known
            .Select(path => (Path: path, Distance: SarkText.Distance(
                Last(path).ToUpperInvariant(),
                child.Key.ToUpperInvariant()), IsNear: Generic(path).StartsWith(Generic(parent), StringComparison.OrdinalIgnoreCase)
                    && path.Count(c => c == ':') == child.Path.Count(c => c == ':')))
            .Where(k => k.Distance <= limit)
            .OrderBy(k => k.Distance + (k.IsNear ? 0 : 2)).FirstOrDefault();
        return nearest.Path is null ? $"; there are {string.Join(", ", Siblings(parent))}" : $". Did you mean {nearest.Path}?";
    }

    private IEnumerable<string> Siblings(string parent) =>
        known.Where(p => Generic(p).StartsWith(Generic(parent), StringComparison.OrdinalIgnoreCase))
            .Select(p => p[Generic(parent).Length..].Split(':')[0])
            .Distinct();

    // All entries of a list have the same settings.
    private static string Generic(string path) =>
        string.Join(':', path.Split(':').Select(s => s.Length > 0 && s.All(char.IsAsciiDigit) ? "0" : s));

    private static string Last(string path) => path[(path.LastIndexOf(':') + 1)..];

    private static string Names(string path, Type type) =>
        string.Join(", ", type.GetProperties().Where(p => p.CanWrite).Select(p => $"{path}:{p.Name}"));

    private static IEnumerable<string> Known(Type type, string path)
    {
        foreach (var property in type.GetProperties().Where(p => p.CanWrite))
        {
            var own = $"{path}:{property.Name}";
            yield return own;
            var item = typeof(IList).IsAssignableFrom(property.PropertyType) ? property.PropertyType.GetGenericArguments()[0] : null;
            foreach (var below in item is not null && IsGroup(item)
                ? Known(item, own + ":0")
                : IsGroup(property.PropertyType) ? Known(property.PropertyType, own) : [])
            {
                yield return below;
            }
        }
    }

    private static bool IsGroup(Type type) => type.IsClass && type != typeof(string) && !typeof(IList).IsAssignableFrom(type);

    private static bool Sets(IConfigurationProvider provider, string path) =>
        provider.TryGet(path, out _) || provider.GetChildKeys([], path).Any();

    /// <summary>Where a provider has its settings from, in words.</summary>
    public static string Name(IConfigurationProvider provider) => provider switch
    {
        FileConfigurationProvider { Source: var file } => file.FileProvider?.GetFileInfo(file.Path ?? "").PhysicalPath
            ?? file.Path ?? "a file",
        EnvironmentVariablesConfigurationProvider => "the environment",
        CommandLineConfigurationProvider => "the command line",
        _ => "the host's settings",
    };
}
