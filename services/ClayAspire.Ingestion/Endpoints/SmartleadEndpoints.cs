using System.Text.Json;
using ClayAspire.Ingestion.Access;
using ClayAspire.Ingestion.Parsing;
using ClayAspire.Ingestion.Receiving;
using ClayAspire.Ingestion.Smartlead;
using ClayAspire.Storage.People;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ClayAspire.Ingestion.Endpoints;

/// <summary>Smartlead's webhook events.</summary>
internal static class SmartleadEndpoints
{
    private const string Table = "events";

    public static void MapSmartlead(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/smartlead/events", ReceiveAsync)
            .WithName("ReceiveSmartleadEvents")
            .WithSummary("Takes one event or an array of events, of any of Smartlead's payload generations.")
            .Accepts<object>("application/json", "text/plain")
            .Produces<RowsAnswer>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<IResult> ReceiveAsync(
        HttpRequest request, SignalReceiver receiver, CallerAccess access, IOptions<IngestionOptions> options, TimeProvider clock, ILogger<IngestionOptions> log, CancellationToken cancel)
    {
        if (await RequestBody.ReadAsync(request, options.Value.MaxBodyBytes, cancel) is not { } bytes)
            return Problems.Result(Problems.BodyTooLarge(options.Value.MaxBodyBytes));
        JsonDocument? document = null;
        JsonException? fault = null;
        try
        {
            document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = ClayBody.MaxDepth });
        }
        catch (JsonException e)
        {
            fault = e;
        }
        using (document)
        {
            if (await RefusalAsync(request, bytes, document, access, options.Value, cancel) is { } refusal)
            {
                if (refusal.Status == StatusCodes.Status401Unauthorized)
                    request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
                return Problems.Result(refusal);
            }
            if (document is null)
                return Problems.Result(Problems.Unreadable(new BodyFault("malformed-json", "The body is no JSON.", JsonPosition.Of(fault!, bytes.Span), JsonPosition.LastColumn(bytes.Span))));
            var requestId = request.Headers["X-Request-Id"].ToString();
            var now = clock.GetUtcNow();
            var isSingle = document.RootElement.ValueKind != JsonValueKind.Array;
            var elements = isSingle ? [document.RootElement] : document.RootElement.EnumerateArray().ToArray();
            var events = elements.Select((e, i) => SmartleadEventReader.Read(i + 1, e, now, requestId)).ToList();
            if (events.Exists(e => e.Kind == SmartleadEventKinds.Other && e.Row.Fault is null))
                log.UnknownEventType();
            var receipt = await receiver.ReceiveAsync(Sources.Smartlead, Table, [.. events.Select(e => new IncomingRow(e.Kind, e.Row))], null, cancel);
            return Results.Accepted(value: RowsAnswer.Of(receipt, isSingle, [.. events.Select(e => e.Row)]));
        }
    }

    // Newer deliveries are signed; older ones carry secret_key; our own command line and a proxy use a key.
    private static async Task<ProblemDetails?> RefusalAsync(
        HttpRequest request, ReadOnlyMemory<byte> bytes, JsonDocument? body, CallerAccess access, IngestionOptions options, CancellationToken cancel)
    {
        string[] scopes = [ApiScopes.IngestSmartlead];
        if (request.Headers[SmartleadSignature.Header].ToString() is { Length: > 0 } signature && options.SmartleadSecrets.Count > 0)
            return SmartleadSignature.Matches(signature, bytes.Span, options.SmartleadSecrets) ? null : Problems.SignatureWrong;
        if (CallerAccess.Key(request) is { } key)
            return (await access.AdmitAsync(key, scopes, cancel)).Refusal;
        if (body is null || SmartleadEventReader.SecretKey(body.RootElement) is not { } secret)
            return Problems.SmartleadUnauthenticated;
        if (SmartleadSignature.IsSecret(secret, options.SmartleadSecrets))
            return null;
        var admission = await access.AdmitAsync(secret, scopes, cancel);
        return admission.Refusal is { Status: StatusCodes.Status401Unauthorized } ? Problems.SmartleadUnauthenticated : admission.Refusal;
    }
}
