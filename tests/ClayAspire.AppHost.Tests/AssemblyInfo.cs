// Each test class starts the whole system; two at once on two cores would test patience.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
