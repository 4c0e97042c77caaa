using System.Globalization;
using ClayAspire.Connectors.Salesforce;

namespace ClayAspire.Connectors.Tests;

public sealed class ErrorTableTests
{
    private const string Head = "| code | status | family | action | owner | in plain words |\n| --- | --- | --- | --- | --- | --- |\n";

    [Fact]
    public void The_documented_table_is_the_table_in_force()
    {
        var expected = Head + string.Concat(SalesforceErrorTable.All.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"| `{r.Code}` | {(r.Status == 0 ? "none" : r.Status)} | {r.Family} | {r.Action.ToString().ToLowerInvariant()} | {r.Owner} | {r.Words} |\n")));

        var page = File.ReadAllText(Path.Combine(Repository(), "docs", "errors.md")).ReplaceLineEndings("\n");

        Assert.True(page.Contains(expected, StringComparison.Ordinal), $"docs/errors.md must hold this table:\n{expected}");
    }

    [Theory]
    [InlineData("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 2 records: 001A,001B:--", "UNABLE_TO_LOCK_ROW", ErrorAction.Retry, "")]
    [InlineData("INVALID_FIELD_FOR_INSERT_UPDATE:Unable to create/update fields: City, Title. Check it:City Title --", "INVALID_FIELD_FOR_INSERT_UPDATE", ErrorAction.Reject, "City,Title")]
    [InlineData("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:SyncTrigger: unable to obtain exclusive access to this record: []:--", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", ErrorAction.Retry, "")]
    [InlineData("DUPLICATES_DETECTED:Use one of these records?:--", "DUPLICATES_DETECTED", ErrorAction.Reject, "")]
    [InlineData("SOMETHING", "SOMETHING", ErrorAction.Reject, "")]
    public void A_row_of_a_bulk_job_is_judged_by_the_same_table(string error, string code, ErrorAction action, string fields)
    {
        var refusal = SalesforceBulk.Refusal(error);

        Assert.Equal((code, action, fields), (refusal.Code, refusal.Rule.Action, string.Join(',', refusal.Fields)));
    }

    [Theory]
    [InlineData("InvalidBatch : Field name not found : City", ErrorAction.Retry)]
    [InlineData("ExceededQuota : ApiBatchItems Limit exceeded.", ErrorAction.Wait)]
    [InlineData("InternalServerError : Batch failed after too many retries", ErrorAction.Retry)]
    [InlineData("ClientInputError : LineEnding is invalid", ErrorAction.Stop)]
    public void So_is_a_bulk_job_that_failed_as_a_whole(string message, ErrorAction action) => Assert.Equal(action, SalesforceErrorTable.FindOfJob(message).Action);

    [Fact]
    public void Every_status_without_a_code_has_a_row()
    {
        var known = SalesforceErrorTable.All.Select(r => r.Code).ToHashSet(StringComparer.Ordinal);

        Assert.All(Enumerable.Range(300, 300), status => Assert.Contains(SalesforceErrorTable.CodeOf(status), known));
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ClayAspire.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("ClayAspire.sln was not found above the test's folder.");
    }
}
