using System.Net;
using System.Text;
using System.Text.Json;
using ClayAspire.Connectors.Salesforce;
using ClayAspire.Domain.Primitives;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClayAspire.Connectors.Tests;

public sealed class ConnectorPartsTests
{
    [Theory]
    [InlineData("Lead", "00Q000000000001", "00Q000000000001EAA")]
    [InlineData("Lead", " 00QDm00000aBcDeMAK ", "00QDm00000aBcDeMAK")]
    [InlineData("Lead", "003000000000001", null)]
    [InlineData("Contact", "003000000000001AAA", "003000000000001AAA")]
    [InlineData("Lead", "00Q00000000000'", null)]
    [InlineData("Lead", "", null)]
    public void Ids_of_15_characters_get_their_18(string type, string text, string? expected) =>
        Assert.Equal(expected, SalesforceId.Normalize(type, text));

    [Fact]
    public void Lists_are_cut_below_the_length_of_an_address_and_lose_nothing()
    {
        var values = Enumerable.Range(0, 5000).Select(i => $"o'neil{i}@example.com").ToList();

        var queries = Soql.In("SELECT Id FROM Lead WHERE Email IN ", values).ToList();

        Assert.All(queries, q => Assert.True(Uri.EscapeDataString(q).Length <= Soql.MaxEscapedLength));
        Assert.Equal(5000, queries.Sum(q => q.Split("@example.com'").Length - 1));
        Assert.Equal(@"'it\'s \\ fine'", Soql.Quote(@"it's \ fine"));
    }

    [Fact]
    public void A_live_text_that_looks_like_nothing_is_something()
    {
        static FieldValue Read(FieldType type, string json) => SalesforceValues.Read(type, JsonElement.Parse(json));

        Assert.Equal("None", Read(FieldType.Text, "\"None\"").Text);
        Assert.True(Read(FieldType.Text, "\"  \"").IsBlank);
        Assert.Equal("2026-11-22T06:31:48Z", Read(FieldType.DateTime, "\"2026-11-22T06:31:48.000+0000\"").Text);
        Assert.Equal("12.5", Read(FieldType.Number, "12.50").Text);
        Assert.Equal(FieldValue.True, Read(FieldType.Checkbox, "true"));
        Assert.True(Read(FieldType.Checkbox, "false").IsBlank);
    }

    [Fact]
    public void Wrong_settings_name_every_problem_and_its_remedy()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Connections:icare:BaseUrl"] = "http://crm.example.com",
            ["Connections:icare:ClientId"] = "x",
            ["Connections:icare:ClientSecret"] = "y",
            ["Connections:other:Kind"] = "hubspot",
            ["Connections:other:TimeoutSeconds"] = "0",
        }).Build();

        ConnectionSettings.Load(configuration, out var problems);

        Assert.Contains(problems, p => p.StartsWith("Connections:icare:BaseUrl is plain http", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("Connections:other:Kind", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("Connections:other:ClientId", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("Connections:other:TimeoutSeconds", StringComparison.Ordinal));
        Assert.Equal(6, problems.Count);
    }

    [Fact]
    public void A_trigger_that_wraps_a_lock_is_passing_trouble()
    {
        Assert.Equal(ErrorAction.Reject, SalesforceErrorTable.Find("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "caused by: NullPointer").Action);
        Assert.Equal(ErrorAction.Retry, SalesforceErrorTable.Find("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "caused by: UNABLE_TO_LOCK_ROW").Action);
        Assert.Equal(("SOMETHING_NEW", "other", ErrorAction.Reject), SalesforceErrorTable.Find("SOMETHING_NEW") is var r ? (r.Code, r.Family, r.Action) : default);
    }

    [Fact]
    public async Task A_batch_that_is_refused_whole_is_halved_until_the_bad_row_stands_alone()
    {
        var poison = "00Q000000000007AAA";
        using var stub = new Stub(poison);
        using var crm = new SalesforceConnector("icare", new ConnectionSettings { BaseUrl = "http://127.0.0.1", ClientId = "x", ClientSecret = "y" },
            () => new HttpClient(stub, disposeHandler: false), TimeProvider.System, NullLogger.Instance);
        var ids = Enumerable.Range(0, 10).Select(i => $"00Q00000000000{i}AAA").ToList();

        var outcomes = await crm.UpdateAsync("Lead", [.. ids.Select(i => new RecordUpdate(i, new Dictionary<string, FieldChange> { ["Title"] = FieldChange.Set(FieldValue.FromCanonical("x")) }))], default);

        Assert.All(ids.Zip(outcomes), p => Assert.Equal(p.First == poison, p.Second is RowOutcome.Rejected));
        Assert.Equal(ids.Except([poison]), stub.Written.Order(StringComparer.Ordinal));
    }

    /// <summary>Refuses every batch that holds one id.</summary>
    private sealed class Stub(string poison) : HttpMessageHandler
    {
        public List<string> Written { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            if (path.EndsWith("/token", StringComparison.Ordinal))
                return Json("""{"access_token":"t","instance_url":"http://127.0.0.1"}""");
            if (path.EndsWith("/describe", StringComparison.Ordinal))
                return Json("""{"name":"Lead","fields":[{"name":"Title","type":"string","length":10,"updateable":true}]}""");
            using var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
            var ids = body.RootElement.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("id").GetString()!).ToList();
            if (ids.Contains(poison))
                return Json("""[{"errorCode":"JSON_PARSER_ERROR","message":"bad"}]""", HttpStatusCode.BadRequest);
            Written.AddRange(ids);
            return Json($"[{string.Join(',', ids.Select(i => $$"""{"id":"{{i}}","success":true,"errors":[]}"""))}]");
        }

        private static HttpResponseMessage Json(string text, HttpStatusCode status = HttpStatusCode.OK) =>
            new(status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
    }
}
