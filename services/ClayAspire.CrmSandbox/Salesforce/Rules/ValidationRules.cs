using System.Collections.Immutable;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Soql;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Rules;

/// <summary>A validation rule.</summary>
/// <param name="Object">The object whose records it looks at.</param>
/// <param name="Name">Its name.</param>
/// <param name="Refuses">The condition, as SOQL writes it after WHERE, of records that it refuses.</param>
/// <param name="Message">What the caller reads.</param>
/// <param name="Field">The field that the message belongs to; null: the record.</param>
/// <param name="Bypass">The custom permission whose holders it does not look at; null: nobody passes.</param>
internal sealed record ValidationRule(string Object, string Name, string Refuses, string Message, string? Field = null, string? Bypass = "Bypass_Validation_Rules");

/// <summary>The validation rules of an org; none until an administrator sets some.</summary>
internal sealed class ValidationRules(SalesforceOrg org)
{
    private ImmutableArray<(ValidationRule Rule, ObjectDefinition Type, Func<Record, bool> Refuses)> rules = [];

    public IEnumerable<ValidationRule> All => rules.Select(r => r.Rule);

    /// <summary>Replaces the rules.</summary>
    /// <exception cref="InvalidDataException">One of them names what is not there, or its condition cannot be read.</exception>
    public void Set(IEnumerable<ValidationRule> wanted) => rules = [.. wanted.Select(r => (r, TypeOf(r), Compile(r)))];

    /// <summary>Why the record may not be stored as it is; null when nothing is against it.</summary>
    public RowError? Refusal(AccessRights rights, Record record)
    {
        foreach (var (rule, type, refuses) in rules)
        {
            if (type == record.Type && (rule.Bypass is null || !rights.HasCustom(rule.Bypass)) && refuses(record))
                return rule.Field is null ? new RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.Message) : new RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.Message, rule.Field);
        }

        return null;
    }

    private ObjectDefinition TypeOf(ValidationRule rule)
    {
        var type = org.Schema.Find(rule.Object) ?? throw new InvalidDataException($"{rule.Name}: there is no object '{rule.Object}'.");
        return rule.Field is null || type.Find(rule.Field) is not null ? type : throw new InvalidDataException($"{rule.Name}: {type.Name} has no field '{rule.Field}'.");
    }

    private Func<Record, bool> Compile(ValidationRule rule)
    {
        var soql = $"SELECT Id FROM {rule.Object} WHERE {rule.Refuses}";
        try
        {
            var (type, everything) = (TypeOf(rule), AccessRights.Administrator());
            var condition = Parser.Parse(soql, DateOnly.FromDateTime(org.Clock.GetUtcNow().UtcDateTime)).Where!;
            return new ConditionCompiler(org.Store, name => BoundField.Bind(org.Store, everything, type, null, name),
                _ => throw new SoqlError("MALFORMED_QUERY", "a validation rule cannot hold a query")).Compile(condition);
        }
        catch (SoqlError error)
        {
            throw new InvalidDataException($"{rule.Name}: {error.MessageFor(soql)}", error);
        }
    }
}
