using BenchmarkDotNet.Running;
using ClayAspire.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(DecisionBenchmarks).Assembly).Run(args);
