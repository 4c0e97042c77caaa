using BenchmarkDotNet.Running;
using ClayAspire.Benchmarks;
using ClayAspire.Benchmarks.PlanPage;

if (args is ["plan-page", .. var options])
    return await PlanPageMeasurement.RunAsync(options);
BenchmarkSwitcher.FromAssembly(typeof(DecisionBenchmarks).Assembly).Run(args);
return 0;
