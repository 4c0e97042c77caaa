using ClayAspire.CrmSandbox;

await SandboxApp.Build(args).RunAsync();
