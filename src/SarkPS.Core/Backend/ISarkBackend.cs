namespace SarkPS;

/// <summary>One exchange, local or remote.</summary>
public interface ISarkBackend
{
}
