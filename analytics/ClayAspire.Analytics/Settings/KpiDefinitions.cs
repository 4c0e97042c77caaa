using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ClayAspire.Analytics.Settings;

/// <summary>What a KPI means, its target and who looks after it: one entry of <c>kpis.yaml</c>.</summary>
internal sealed class KpiDefinition
{
    public string Title { get; set; } = "";
    public string Unit { get; set; } = "";
    public string Better { get; set; } = "";
    public double? Target { get; set; }
    public double? Amber { get; set; }
    public string Owner { get; set; } = "";
    public string Definition { get; set; } = "";
    public string Numerator { get; set; } = "";
    public string Denominator { get; set; } = "";
    public string Model { get; set; } = "";
    public List<string> Views { get; set; } = [];
    public List<string> Dimensions { get; set; } = [];
    public string DrillDown { get; set; } = "";
}

/// <summary>The file <c>kpis.yaml</c>: which connections the headline leaves out, and the KPIs in their order on the board.</summary>
internal sealed class KpiDefinitions
{
    public HeadlineScope Headline { get; set; } = new();
    public Dictionary<string, KpiDefinition> Kpis { get; set; } = [];

    /// <summary>The file's text, so that figures can name the definitions they were made with.</summary>
    [YamlIgnore]
    public string Text { get; private set; } = "";

    public static KpiDefinitions Load(string file)
    {
        if (!File.Exists(file))
            throw new InvalidDataException($"The KPI definitions '{file}' do not exist. Set Analytics:KpisFile to the project's analytics/kpis.yaml.");
        return Parse(file, File.ReadAllText(file));
    }

    public static KpiDefinitions Parse(string file, string text)
    {
        KpiDefinitions definitions;
        try
        {
            definitions = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build()
                .Deserialize<KpiDefinitions>(text) ?? new KpiDefinitions();
        }
        catch (YamlException e)
        {
            throw new InvalidDataException($"{file} line {e.Start.Line}: {e.InnerException?.Message ?? e.Message} Compare with the shipped file.", e);
        }
        definitions.Text = text;
        var problems = definitions.Problems().ToList();
        if (problems.Count > 0)
            throw new InvalidDataException($"{file}: {string.Join(" ", problems)}");
        return definitions;
    }

    private IEnumerable<string> Problems()
    {
        if (Kpis.Count == 0)
            yield return "No KPI is defined; list them under 'kpis:'.";
        foreach (var (key, kpi) in Kpis)
        {
            if (kpi.Unit is not ("ratio" or "seconds"))
                yield return $"{key}: unit '{kpi.Unit}' is unknown; write ratio or seconds.";
            if (kpi.Better is not ("higher" or "lower"))
                yield return $"{key}: better '{kpi.Better}' is unknown; write higher or lower.";
            if (kpi.Unit == "ratio" && (kpi.Target is < 0 or > 1 || kpi.Amber is < 0 or > 1))
                yield return $"{key}: target and amber of a ratio lie between 0 and 1 (0.85, not 85).";
            if (kpi.Model.Length == 0 || kpi.Views.Count == 0)
                yield return $"{key}: model and views must say what it is computed from.";
        }
    }
}

/// <summary>Which connections count into the headline figures.</summary>
internal sealed class HeadlineScope
{
    /// <summary>Connections that have figures of their own but are left out of the headline, such as sandboxes.</summary>
    public List<string> Exclude { get; set; } = [];
}
