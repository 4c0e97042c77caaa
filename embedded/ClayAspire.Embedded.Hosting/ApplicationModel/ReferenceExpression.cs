using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known at run time.</summary>
public interface IValueProvider
{
    /// <summary>The value, or null.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>The value for a given reader, or null.</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);
}

/// <summary>For whom a value is read.</summary>
public class ValueProviderContext
{
    /// <summary>The resource that asks.</summary>
    public IResource? Caller { get; init; }
}

/// <summary>A value that has a placeholder form for manifests.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The placeholder, like <c>{postgres.bindings.tcp.port}</c>.</summary>
    string ValueExpression { get; }
}

/// <summary>A value with a placeholder.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;

/// <summary>A value made of other values.</summary>
public interface IValueWithReferences
{
    /// <summary>What it is made of.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>Text with values in it that are known only at run time.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    private readonly IReadOnlyList<(string? Literal, IValueProvider? Provider)> _parts;

    internal ReferenceExpression(IReadOnlyList<(string? Literal, IValueProvider? Provider)> parts) => _parts = parts;

    /// <summary>The values in it.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders => [.. _parts.Select(p => p.Provider).OfType<IValueProvider>()];

    /// <inheritdoc/>
    public string ValueExpression => string.Concat(_parts.Select(p => p.Literal ?? (p.Provider as IManifestExpressionProvider)?.ValueExpression ?? "{?}"));

    /// <inheritdoc/>
    public IEnumerable<object> References => ValueProviders;

    /// <summary>Makes one from an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.GetExpression();

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        foreach (var (literal, provider) in _parts)
            text.Append(literal ?? await provider!.GetValueAsync(cancellationToken));
        return text.ToString();
    }

    /// <summary>Collects the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public readonly struct ExpressionInterpolatedStringHandler
    {
        private readonly List<(string? Literal, IValueProvider? Provider)> _parts;

        /// <summary>Called by the compiler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount) => _parts = new(formattedCount * 2 + 1);

        /// <summary>Called by the compiler.</summary>
        public void AppendLiteral(string value) => _parts.Add((value, null));

        /// <summary>Called by the compiler.</summary>
        public void AppendFormatted(string? value) => _parts.Add((value ?? "", null));

        /// <summary>Called by the compiler.</summary>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => _parts.Add((null, valueProvider));

        /// <summary>Called by the compiler.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => _parts.Add((null, valueProvider.Resource));

        internal ReferenceExpression GetExpression() => new([.. _parts]);
    }
}

/// <summary>Builds a <see cref="ReferenceExpression"/> piece by piece.</summary>
public class ReferenceExpressionBuilder
{
    private readonly List<(string? Literal, IValueProvider? Provider)> _parts = [];

    /// <summary>True while nothing has been added.</summary>
    public bool IsEmpty => _parts.Count == 0;

    /// <summary>Adds text.</summary>
    public void AppendLiteral(string value) => _parts.Add((value, null));

    /// <summary>Adds text.</summary>
    public void AppendFormatted(string? value) => _parts.Add((value ?? "", null));

    /// <summary>Adds a value.</summary>
    public void AppendFormatted<T>(T valueProvider)
        where T : IValueProvider, IManifestExpressionProvider => _parts.Add((null, valueProvider));

    /// <summary>The expression so far.</summary>
    public ReferenceExpression Build() => new([.. _parts]);
}

internal static class ValueText
{
    /// <summary>The text of an argument or environment value, whatever it was given as.</summary>
    public static async ValueTask<string?> ResolveAsync(object? value, CancellationToken cancellationToken) => value switch
    {
        null => null,
        string text => text,
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(cancellationToken),
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
