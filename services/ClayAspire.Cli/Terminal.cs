using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace ClayAspire.Cli;

/// <summary>Where a command writes: results to the output (one JSON document with <c>--json</c>), everything else to the error stream.</summary>
internal sealed class Terminal
{
    private readonly IAnsiConsole _output;
    private readonly IAnsiConsole _error;
    private readonly CliWorld _world;

    public Terminal(CliWorld world, bool isJson)
    {
        _world = world;
        IsJson = isJson;
        _output = On(world.Output, interactive: false);
        _error = On(world.Error, world.IsInteractive);
    }

    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public bool IsJson { get; }

    /// <summary>The one JSON document of a command.</summary>
    public void Json(object document) => _world.Output.WriteLine(JsonSerializer.Serialize(document, JsonOptions));

    /// <summary>A line of the result.</summary>
    public void Line(string text = "") => _world.Output.WriteLine(text);

    /// <summary>A line for the person who watches; never part of the result.</summary>
    public void Note(string text)
    {
        if (!IsJson)
            _world.Error.WriteLine(text);
    }

    /// <summary>A table of the result.</summary>
    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in header)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        _output.Write(table);
    }

    /// <summary>Shows a bar from 0 to 1 while the work goes on; only to a person who watches.</summary>
    public async Task<T> WithBarAsync<T>(string title, Func<Action<double, string>, Task<T>> work)
    {
        if (IsJson || !_world.IsInteractive)
            return await work((_, _) => { });
        return await _error.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: 1);
                return await work((done, text) =>
                {
                    bar.Value = done;
                    bar.Description = Markup.Escape(text.Length > 0 ? $"{title}: {text}" : title);
                });
            });
    }

    private static IAnsiConsole On(TextWriter writer, bool interactive)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Interactive = interactive ? InteractionSupport.Yes : InteractionSupport.No,
        });
        // Without a terminal there is no width to fit; lines are not broken for it.
        if (console.Profile.Width <= 80)
            console.Profile.Width = 160;
        return console;
    }
}
