using System.Buffers;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Store;

/// <summary>
/// Append-only file, one JSON line for each transaction: <c>[{"t":"Lead","v":{"Id":"00Q…","City":"…"}}]</c>, or <c>{"property":…,"value":…}</c>.
/// An unfinished last line (the process was killed) is dropped; anything else that cannot be read stops the start.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int RecordsPerLine = 500;

    /// <summary>Rewriting a file that holds few outdated versions would only make the start slower.</summary>
    private const double WorthCompacting = 1.25;

    private static readonly JsonWriterOptions Format = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly FileStream file;
    private readonly ArrayBufferWriter<byte> buffer = new();

    private Journal(FileStream file) => this.file = file;

    /// <summary>Replays the file into the store, writes it anew with only the last versions when that is worth it, and opens it for appending.</summary>
    public static Journal Open(string path, RecordStore store)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (File.Exists(path))
        {
            var (changes, complete) = Replay(path, store);
            var records = store.Schema.Objects.Sum(t => store.Table(t).Count);
            if (complete && changes <= records * WorthCompacting)
                return OpenAtEnd(path);
        }

        var compacted = path + ".new";
        using (var target = new Journal(new FileStream(compacted, FileMode.Create, FileAccess.Write)))
        {
            foreach (var (name, value) in store.Properties)
                target.AppendProperty(name, value);
            foreach (var type in store.Schema.Objects)
            {
                foreach (var chunk in store.Table(type).Records.Chunk(RecordsPerLine))
                    target.Append([.. chunk.Select(r => new StoreChange(null, r))]);
            }
        }

        File.Move(compacted, path, overwrite: true);
        return OpenAtEnd(path);
    }

    private static Journal OpenAtEnd(string path)
    {
        var appended = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        appended.Seek(0, SeekOrigin.End);
        return new Journal(appended);
    }

    public void Append(IReadOnlyList<StoreChange> changes)
    {
        using (var json = Begin())
        {
            json.WriteStartArray();
            foreach (var (before, after) in changes)
            {
                json.WriteStartObject();
                json.WriteString("t", after.Type.Name);
                json.WriteStartObject("v");
                foreach (var field in after.Type.Fields)
                {
                    var value = after[field];
                    if (field.Computed || (before is null ? value is null or false : Equals(before[field], value) && field != after.Type.Id))
                        continue;
                    json.WritePropertyName(field.Name);
                    FieldCodec.Write(json, field, value);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        End();
    }

    public void AppendProperty(string name, string value)
    {
        using (var json = Begin())
        {
            json.WriteStartObject();
            json.WriteString("property", name);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        End();
    }

    public void Truncate()
    {
        file.SetLength(0);
        file.Flush();
    }

    public void Dispose() => file.Dispose();

    // How many changes the file holds, and whether its last line is whole.
    private static (int Changes, bool Complete) Replay(string path, RecordStore store)
    {
        var changes = 0;
        var lineNumber = 0;
        using var reader = new StreamReader(path);
        while (reader.ReadLine() is { } line)
        {
            lineNumber++;
            if (line.Length == 0)
                continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                changes += Apply(document.RootElement, store);
            }
            catch (JsonException) when (reader.Peek() < 0)
            {
                // The last line was cut off by a crash: its transaction was never answered, so it never happened.
                return (changes, false);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new InvalidDataException($"{path}, line {lineNumber}: cannot be read ({e.Message}). Restore the file, or delete it to start with an empty org.", e);
            }
        }

        return (changes, EndsWithNewLine(path));
    }

    private static bool EndsWithNewLine(string path)
    {
        using var end = File.OpenRead(path);
        if (end.Length == 0)
            return true;
        end.Seek(-1, SeekOrigin.End);
        return end.ReadByte() == '\n';
    }

    // An unset checkbox is false, never null; the file leaves it out.
    private static Record Blank(ObjectDefinition type)
    {
        var record = new Record(type, new object?[type.Fields.Count]);
        foreach (var field in type.Fields.Where(f => f is { Type: FieldType.Boolean, Computed: false }))
            record.Values[field.Ordinal] = false;
        return record;
    }

    private static int Apply(JsonElement line, RecordStore store)
    {
        if (line.ValueKind == JsonValueKind.Object)
        {
            store.Properties[line.GetProperty("property").GetString()!] = line.GetProperty("value").GetString()!;
            return 0;
        }

        foreach (var change in line.EnumerateArray())
        {
            var type = store.Schema.Get(change.GetProperty("t").GetString()!);
            var values = change.GetProperty("v");
            var record = store.Table(type).Find(values.GetProperty("Id").GetString()!)?.Copy() ?? Blank(type);
            foreach (var property in values.EnumerateObject())
            {
                // A field that a newer schema no longer has is left behind.
                if (type.Find(property.Name) is not { Computed: false } field)
                    continue;
                if (!FieldCodec.TryRead(field, property.Value, out var value))
                    throw new InvalidOperationException($"{type.Name}.{field.Name} does not take {property.Value.GetRawText()}");
                record.Values[field.Ordinal] = value;
            }

            store.Restore(record);
        }

        return line.GetArrayLength();
    }

    private Utf8JsonWriter Begin()
    {
        buffer.ResetWrittenCount();
        return new Utf8JsonWriter(buffer, Format);
    }

    private void End()
    {
        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
        file.Write(buffer.WrittenSpan);
        file.Flush();
    }
}
