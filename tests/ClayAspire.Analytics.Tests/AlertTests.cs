using YamlDotNet.RepresentationModel;

namespace ClayAspire.Analytics.Tests;

/// <summary>The shipped Prometheus rules, checked by the real promtool.</summary>
public sealed class AlertTests
{
    private static readonly string Rules = Path.Combine(AppContext.BaseDirectory, "alerts", "clayaspire.rules.yaml");

    [SkippableTheory]
    [InlineData("check", "rules", "clayaspire.rules.yaml")]
    [InlineData("test", "rules", "clayaspire.rules.test.yaml")]
    public async Task Promtool_accepts_the_rules_and_their_cases(string verb, string noun, string file)
    {
        Skip.If(Promtool.Path is null, "promtool is not on PATH.");

        var (exit, output) = await Promtool.RunAsync(null, verb, noun, Path.Combine(AppContext.BaseDirectory, "alerts", file));

        Assert.True(exit == 0, output);
    }

    [Fact]
    public void Every_alert_has_owner_severity_runbook_and_a_case()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Rules)));
        var cases = File.ReadAllText(Path.ChangeExtension(Rules, null) + ".test.yaml");
        string[] owners = ["marcom-ops", "crm-admin", "revops", "it-infra", "dpo"];

        var alerts = yaml.Documents[0].RootNode["groups"].As<YamlSequenceNode>().SelectMany(g => g["rules"].As<YamlSequenceNode>()).ToList();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, a =>
        {
            Assert.Contains(Text(a["labels"]["owner"]), owners);
            Assert.Contains(Text(a["labels"]["severity"]), (string[])["warning", "critical"]);
            Assert.NotEmpty(Text(a["annotations"]["runbook"]));
            Assert.Contains($"alertname: {Text(a["alert"])}\n", cases, StringComparison.Ordinal);
        });
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value ?? "";
}

/// <summary>Reads YAML nodes without a cast at every step.</summary>
internal static class YamlNodes
{
    public static T As<T>(this YamlNode node)
        where T : YamlNode => (T)node;
}
