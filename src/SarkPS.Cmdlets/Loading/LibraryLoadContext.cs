using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace SarkPS.Cmdlets;

/// <summary>
/// Loads the assemblies of a folder, and native libraries from its <c>runtimes/&lt;rid&gt;/native</c>, apart from what
/// else is in the process. Assemblies that are not in the folder (the framework's, SarkPS.Core) are the ones that the
/// rest of the process uses.
/// </summary>
/// <param name="folder">Full path of the folder.</param>
internal sealed class LibraryLoadContext(string folder) : AssemblyLoadContext("SarkPS")
{
    /// <summary>
    /// The runtime identifier as packages name their folders. The runtime's own may be more exact than any package
    /// (<c>debian.12-x64</c> on a build from a distribution), so it is made from the parts.
    /// </summary>
    internal static string Rid
    {
        get
        {
            var exact = RuntimeInformation.RuntimeIdentifier;
            var system = OperatingSystem.IsWindows() ? "win"
                : OperatingSystem.IsMacOS() ? "osx"
                : exact.Contains("musl", StringComparison.Ordinal) || exact.StartsWith("alpine", StringComparison.Ordinal) ? "linux-musl"
                : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // By hand and not left to the default context: the engine loads a module's assemblies by path, and a name alone
        // would not find them there.
        var core = typeof(ISarkBackend).Assembly;
        if (assemblyName.Name == core.GetName().Name)
        {
            return core;
        }

        var path = Path.Combine(folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var file = OperatingSystem.IsWindows() ? $"{unmanagedDllName}.dll"
            : OperatingSystem.IsMacOS() ? $"lib{unmanagedDllName}.dylib"
            : $"lib{unmanagedDllName}.so";
        var path = Path.Combine(folder, "runtimes", Rid, "native", file);

        // Zero lets the runtime look where it always looks: on a platform that the package does not serve, the system
        // may have the library.
        return File.Exists(path) ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
