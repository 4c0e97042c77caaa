using BenchmarkDotNet.Running;
using ClayAspire.Benchmarks;
using ClayAspire.Benchmarks.PlanPage;

if (args is ["plan-page", .. var options])
    return await PlanPageMeasurement.RunAsync(options);
if (args is [SalesforceCalls.Command, .. var sizes])
    return await SalesforceCalls.RunAsync(sizes);
BenchmarkSwitcher.FromAssembly(typeof(DecisionBenchmarks).Assembly).Run(args);
return 0;
