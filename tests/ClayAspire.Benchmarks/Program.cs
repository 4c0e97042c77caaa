using BenchmarkDotNet.Running;
using ClayAspire.Benchmarks;

if (args is [SalesforceCalls.Command, .. var sizes])
    return await SalesforceCalls.RunAsync(sizes);
BenchmarkSwitcher.FromAssembly(typeof(DecisionBenchmarks).Assembly).Run(args);
return 0;
