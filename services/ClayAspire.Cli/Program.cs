using ClayAspire.Cli;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
return await CliHost.RunAsync(args, CliWorld.OfProcess(), stop.Token);
