using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ClayAspire.Console.Tests;

public sealed class RubbishTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    private const string Nobody = "00000000-0000-0000-0000-000000000000";

    [Theory]
    [InlineData("/api/plans")]
    [InlineData("/api/plans/" + Nobody + "/approve")]
    [InlineData("/api/plans/" + Nobody + "/refuse")]
    [InlineData("/api/mirror/refresh")]
    [InlineData("/api/policy/backtest")]
    [InlineData("/api/contracts/icare/Lead/Industry/sign")]
    [InlineData("/api/contracts/icare/Lead/Industry/suspend")]
    [InlineData("/api/drift/sample")]
    [InlineData("/api/suppression")]
    [InlineData("/api/suppression/find")]
    [InlineData("/api/suppression/import")]
    [InlineData("/api/suppression/1/remove")]
    [InlineData("/api/permissions/audits")]
    [InlineData("/api/exports")]
    [InlineData("/api/exports/" + Nobody + "/unknown")]
    [InlineData("/api/jobs/99999999999999999999/replay")]
    public async Task A_body_that_cannot_be_read_is_the_callers_fault_with_a_remedy(string path)
    {
        var api = await host.ApiAsync("admin");
        foreach (var body in new[] { "", "{", "null", "1", "[]", "'; drop table sync.plan; --", """{"connection":1,"hash":5}""", """{"connection":"\u0000","flow":"\u0000","hash":"\u0000"}""" })
            foreach (var type in new[] { "application/json", "text/csv", "application/json; charset=utf-16" })
            {
                var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                await ExplainedAsync(await api.PostAsync(path, content), $"{path} {type} {body}");
            }
    }

    [Theory]
    [InlineData("/api/plans?page=abc")]
    [InlineData("/api/plans?size=99999999999999999999")]
    [InlineData("/api/plans?connection=%00")]
    [InlineData("/api/plans.csv?flow=%00")]
    [InlineData("/api/jobs/dead?size=abc")]
    [InlineData("/api/ledger/icare/entries?after=99999999999999999999")]
    [InlineData("/api/plans/" + Nobody + "/cells?desc=maybe")]
    [InlineData("/api/contracts?sort=x")]
    [InlineData("/api/contracts.csv?status=x")]
    [InlineData("/api/contracts/icare/Lead/Nothing")]
    [InlineData("/api/contracts/icare/Lead/Nothing/history.csv")]
    [InlineData("/api/drift?days=0")]
    [InlineData("/api/permissions/audits/" + Nobody + "/findings?subject=%00")]
    [InlineData("/api/exports?state=%00")]
    [InlineData("/api/exports/" + Nobody + "/rows?sort=x")]
    [InlineData("/api/permissions/audits/" + Nobody + "/findings.csv?sort=x")]
    [InlineData("/api/drift?days=abc")]
    [InlineData("/api/drift?sort=nonsense")]
    [InlineData("/api/drift.csv?desc=maybe")]
    [InlineData("/api/drift/cells?by=nobody")]
    [InlineData("/api/drift/cells?outcome=nonsense")]
    [InlineData("/api/drift/cells?record=%00")]
    [InlineData("/api/drift/samples/" + Nobody)]
    [InlineData("/api/suppression?state=x")]
    [InlineData("/api/suppression.csv?sort=x")]
    [InlineData("/api/suppression?entry=5")]
    [InlineData("/api/suppression?page=abc")]
    [InlineData("/api/nothing")]
    public async Task A_question_that_cannot_be_read_is_the_callers_fault_with_a_remedy(string path) =>
        await ExplainedAsync(await (await host.ApiAsync("admin")).GetAsync(path), path);

    private static async Task ExplainedAsync(HttpResponseMessage answer, string what)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{what}: {(int)answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(text);
        Assert.True(problem.TryGetProperty("remedy", out _) || problem.TryGetProperty("detail", out _), $"{what}: {text}");
    }
}
