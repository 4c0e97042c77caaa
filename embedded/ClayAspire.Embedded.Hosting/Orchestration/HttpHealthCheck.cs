using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>Asks an HTTP endpoint; with replicas, that of each one that runs.</summary>
internal sealed class HttpHealthCheck(ResourceNotificationService notifications, EndpointReference endpoint, string path, int statusCode) : IHealthCheck
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var replicas = endpoint.EndpointAnnotation.Replicas;
        for (var i = 0; i < replicas.Count; i++)
        {
            if (notifications.TryGetCurrentState(Instance.IdOf(endpoint.Resource, i, replicas.Count), out var state)
                && KnownResourceStates.TerminalStates.Contains(state!.Snapshot.State?.Text ?? ""))
            {
                continue;
            }

            var address = new Uri(new Uri(replicas[i].UriString), path);
            try
            {
                using var response = await Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if ((int)response.StatusCode != statusCode)
                    return HealthCheckResult.Unhealthy($"{address} answered {(int)response.StatusCode}, not {statusCode}.");
            }
            catch (HttpRequestException fault)
            {
                return HealthCheckResult.Unhealthy($"{address}: {fault.Message}", fault);
            }
            catch (TaskCanceledException fault) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Unhealthy($"{address} did not answer within {Client.Timeout.TotalSeconds} s.", fault);
            }
        }

        return HealthCheckResult.Healthy();
    }
}
