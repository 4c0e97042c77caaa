using System.Globalization;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Soql;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>Does a bulk query: the rows as CSV cells, all read at one moment.</summary>
internal static class QueryRunner
{
    /// <summary>Refuses what a bulk query may not be.</summary>
    /// <exception cref="SoqlError">The statement cannot be parsed, names what the user does not know, groups, counts or has an offset.</exception>
    public static string Check(SalesforceOrg org, Access.AccessRights rights, string soql)
    {
        var query = Parse(org, soql);
        if (query.IsAggregate || query.IsCount)
            throw new SoqlError("MALFORMED_QUERY", "Aggregate functions and GROUP BY are not supported in Bulk Query");
        if (query.Offset > 0)
            throw new SoqlError("MALFORMED_QUERY", "OFFSET is not supported in Bulk Query");
        return org.Store.Read(() => new QueryExecutor(org.Store, rights, includeDeleted: false).Columns(query).Type.Name);
    }

    public static void Run(SalesforceOrg org, QueryJob job)
    {
        if (!job.Move(BulkState.InProgress, org.Clock.GetUtcNow()))
            return;
        try
        {
            var query = Parse(org, job.Soql);
            var (header, rows) = org.Store.Read(() =>
            {
                var executor = new QueryExecutor(org.Store, job.User.Rights, job.Operation == "queryAll");
                var columns = executor.Columns(query).Fields;
                var records = executor.Records(query);
                return (Array.ConvertAll(columns, c => string.Join('.', c.Hops.Select(h => h.Lookup.RelationshipName).Append(c.Field.Name))),
                    records.Select(r => Array.ConvertAll(columns, c => Cell(c.Field, c.Value(org.Store, r)))).ToArray());
            });
            job.Answer(header, rows);
            job.Move(BulkState.JobComplete, org.Clock.GetUtcNow());
        }
        catch (SoqlError error)
        {
            // A right that was taken away between the order and the work.
            job.Move(BulkState.Failed, org.Clock.GetUtcNow(), $"{error.Code} : {error.MessageFor(job.Soql)}");
        }
    }

    private static SelectQuery Parse(SalesforceOrg org, string soql) => Parser.Parse(soql, DateOnly.FromDateTime(org.Clock.GetUtcNow().UtcDateTime));

    private static string Cell(FieldDefinition field, object? value) => value switch
    {
        null => field.Type == FieldType.Boolean ? "false" : "",
        bool flag => flag ? "true" : "false",
        decimal number when field.Type == FieldType.Int || number != decimal.Truncate(number) => number.ToString(CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.0", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset moment => moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        _ => (string)value,
    };
}
