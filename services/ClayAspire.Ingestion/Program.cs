using ClayAspire.Ingestion;

IngestionApp.Build(args).Run();
