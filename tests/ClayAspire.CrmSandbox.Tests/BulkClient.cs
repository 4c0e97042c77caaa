using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Bulk API 2.0 as a client uses it; polls until the job has ended.</summary>
internal sealed class BulkClient(SalesforceClient client)
{
    private const int MostPolls = 2000;

    public async Task<JsonElement> Create(object job) => Ok(await client.Send(HttpMethod.Post, "/jobs/ingest", job));

    public async Task<int> Upload(string id, string csv, string contentType = "text/csv")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{client.Instance}/services/data/v62.0/jobs/ingest/{id}/batches") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await client.Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    public async Task<int> Patch(string id, string state, string kind = "ingest") => (await client.Send(HttpMethod.Patch, $"/jobs/{kind}/{id}", new { state })).Status;

    public Task<JsonElement> Info(string id, string kind = "ingest") => client.Get($"/jobs/{kind}/{id}");

    public async Task<JsonElement> Ended(string id, string kind = "ingest")
    {
        for (var i = 0; i < MostPolls; i++)
        {
            var info = await Info(id, kind);
            if (info.GetProperty("state").GetString() is "JobComplete" or "Failed" or "Aborted")
                return info;
            await Task.Yield();
        }

        throw new InvalidOperationException($"Job {id} did not end.");
    }

    /// <summary>Creates a job, uploads, closes and waits.</summary>
    public async Task<(string Id, JsonElement Info)> Run(object job, string csv)
    {
        var id = (await Create(job)).GetProperty("id").GetString()!;
        Assert.Equal(201, await Upload(id, csv));
        Assert.Equal(200, await Patch(id, "UploadComplete"));
        return (id, await Ended(id));
    }

    /// <summary>A result file, its lines without the header, in order of their text.</summary>
    public async Task<string[]> Results(string id, string name) => [.. (await Text($"/jobs/ingest/{id}/{name}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Order(StringComparer.Ordinal)];

    public async Task<string> Text(string path)
    {
        using var response = await client.Http.GetAsync(new Uri($"{client.Instance}/services/data/v62.0{path}"));
        Assert.Equal("text/csv", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStringAsync();
    }

    private static JsonElement Ok((int Status, JsonElement Body, HttpResponseMessage) answer)
    {
        Assert.True(answer.Status == 200, answer.Body.ToString());
        return answer.Body;
    }
}
