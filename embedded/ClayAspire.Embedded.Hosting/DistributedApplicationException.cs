namespace Aspire.Hosting;

/// <summary>The application cannot go on as it was described.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without detail.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>With what happened.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and its cause.</summary>
    public DistributedApplicationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
