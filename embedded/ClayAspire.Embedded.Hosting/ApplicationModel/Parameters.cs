using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A parameter's value when configuration gives none.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A random value, new at every start of the host.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    /// <summary>At least this many characters.</summary>
    public required int MinLength { get; set; }

    /// <summary>With lower-case letters.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>With upper-case letters.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>With digits.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>With special characters.</summary>
    public bool Special { get; set; } = true;

    /// <inheritdoc/>
    public override string GetDefaultValue()
    {
        var alphabet = (Lower ? "abcdefghjkmnpqrstuvwxyz" : "") + (Upper ? "ABCDEFGHJKMNPQRSTUVWXYZ" : "") + (Numeric ? "0123456789" : "") + (Special ? "-_.!~" : "");
        return RandomNumberGenerator.GetString(alphabet, Math.Max(MinLength, 22));
    }
}

/// <summary>A value from configuration: <c>Parameters:name</c>.</summary>
public class ParameterResource : Resource, IExpressionValue, IResourceWithoutLifetime
{
    private readonly Lazy<string> _value;

    /// <summary>Describes a parameter.</summary>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : base(name)
    {
        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    /// <summary>The value when configuration gives none.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>What it is for.</summary>
    public string? Description { get; set; }

    /// <summary>Whether it is never shown.</summary>
    public bool Secret { get; }

    /// <summary>Whether it is a connection string.</summary>
    public bool IsConnectionString { get; set; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <inheritdoc/>
    /// <exception cref="MissingParameterValueException">Configuration gives none, and there is no default.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(_value.Value);
}

/// <summary>A parameter has no value; the message names the setting.</summary>
public class MissingParameterValueException : DistributedApplicationException
{
    /// <summary>Without detail.</summary>
    public MissingParameterValueException()
    {
    }

    /// <summary>Names the setting.</summary>
    public MissingParameterValueException(string message)
        : base(message)
    {
    }

    /// <summary>Names the setting and the cause.</summary>
    public MissingParameterValueException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A resource that clients reach by a connection string.</summary>
public interface IResourceWithConnectionString : IResource, IExpressionValue, IValueWithReferences
{
    /// <summary>The connection string.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>Overrides the variable's whole name, <c>ConnectionStrings__name</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    /// <inheritdoc/>
    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    /// <inheritdoc/>
    IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];

    /// <inheritdoc/>
    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

    /// <summary>The connection string.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);

    /// <summary>Its parts by name, as <c>Host</c>, <c>Port</c>.</summary>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];
}

/// <summary>A connection string that is given, not made here.</summary>
public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression) : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;

    internal string? EnvironmentVariable { get; init; }

    string? IResourceWithConnectionString.ConnectionStringEnvironmentVariable => EnvironmentVariable;
}
