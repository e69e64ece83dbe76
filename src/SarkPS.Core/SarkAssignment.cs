using System.Dynamic;
using System.Linq.Expressions;
using System.Reflection;

namespace SarkPS;

/// <summary>
/// How a script's <c>$extension.Active = 'NO'</c> is read. A shell would turn the word into true before the property sees
/// it; so it is the record that takes what was written, and reads it as the parameter of that name does.
/// </summary>
internal sealed class SarkAssignment(
    Expression expression,
    SarkRecord record) : DynamicMetaObject(expression, BindingRestrictions.Empty, record)
{
    private static readonly MethodInfo AssignMethod = typeof(SarkAssignment).GetMethod(
        nameof(Assign),
        BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Reads a value for a property, or throws; what a shell sets.</summary>
    public static Func<SarkRecord, PropertyInfo, object?, object?>? Reader { get; set; }

    /// <inheritdoc/>
    public override DynamicMetaObject BindSetMember(SetMemberBinder binder, DynamicMetaObject value) =>
        Reader is not null && Property(LimitType, binder.Name) is { } property
            ? new DynamicMetaObject(
                Expression.Call(
                    AssignMethod,
                    Expression.Convert(Expression, typeof(SarkRecord)),
                    Expression.Constant(property),
                    Expression.Convert(value.Expression, typeof(object))),
                BindingRestrictions.GetTypeRestriction(Expression, LimitType).Merge(value.Restrictions))
            : base.BindSetMember(binder, value);

    private static PropertyInfo? Property(Type type, string name) =>
        type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { CanWrite: true } found
        ? found
        : null;

    private static object? Assign(SarkRecord record, PropertyInfo property, object? value)
    {
        property.SetValue(record, Reader!(record, property, value));
        return value;
    }
}
