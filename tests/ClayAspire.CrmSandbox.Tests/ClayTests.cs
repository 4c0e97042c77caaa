using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>The twin's Clay webhooks: they count, keep a pace and have a life, as Clay's do.</summary>
public sealed class ClayTests
{
    [Fact]
    public async Task Rows_are_counted_by_key_and_only_the_administrator_reads_them()
    {
        await using var twin = await RunningTwin.Start();
        using var http = new HttpClient { BaseAddress = new Uri(twin.Address, "/clay/") };
        foreach (var key in new[] { "a", "b", "a" })
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, key)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("v3/sources/webhook/t", new StringContent("{"))).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(http, new string('x', 110_000))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("_twin/webhooks/t")).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("demo:demo-secret")));
        var seen = await http.GetFromJsonAsync<JsonElement>("_twin/webhooks/t");
        Assert.Equal((3, 2, 2), (seen.GetProperty("rows").GetInt32(), seen.GetProperty("distinctKeys").GetInt32(), seen.GetProperty("mostPerKey").GetInt32()));
        // A fault that only the answer feels.
        await http.PostAsJsonAsync("_twin/webhooks/t/faults", new { status = 500, count = 1, kept = true });
        Assert.Equal(HttpStatusCode.InternalServerError, (await SendAsync(http, "c")).StatusCode);
        Assert.Equal(4, (await http.GetFromJsonAsync<JsonElement>("_twin/webhooks/t")).GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task More_than_the_burst_at_once_is_429_and_a_life_that_is_over_is_410()
    {
        await using var twin = await RunningTwin.Start(null, ("Clay:RecordsPerSecond", "0.001"), ("Clay:Burst", "3"), ("Clay:Lifetime", "2"));
        using var http = new HttpClient { BaseAddress = new Uri(twin.Address, "/clay/") };
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
            answers.Add((await SendAsync(http, $"k{i}")).StatusCode);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Gone, HttpStatusCode.TooManyRequests], answers);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string key) => http.PostAsJsonAsync("v3/sources/webhook/t", new { clayaspire_key = key });
}
