using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>
/// What the engine calls when the module comes and goes. The public types (SarkPS.Core, SarkPS.Cmdlets) are in the
/// default load context, so that <c>[SarkPS.SarkOptions]</c> resolves in scripts; the local back end and its packages
/// are not, see <see cref="DataLibrary"/>.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <summary>
    /// Makes the load context of the local back end, into which nothing is loaded before a cmdlet needs it, and says how
    /// what scripts set is read.
    /// </summary>
    public void OnImport()
    {
        DataLibrary.Prepare();
        SarkAssignment.Reader = ResourceValues.ForProperty;
    }

    /// <summary>
    /// Forgets the runspace's connection and closes idle connections to databases, so that their files can be moved or
    /// deleted afterwards. The assemblies stay: the engine cannot unload those of cmdlets either, and importing again goes
    /// on with them.
    /// </summary>
    /// <param name="psModuleInfo">The module that goes.</param>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        SarkConnection.Default?.Dispose();
        DataLibrary.Release();
    }
}
