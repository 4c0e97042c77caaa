using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>The shape of a record in an answer: its fields, and below each relationship that record's fields.</summary>
internal sealed class OutputTree
{
    private readonly List<(FieldDefinition Field, ObjectDefinition? Target, OutputTree? Below)> parts = [];

    public static OutputTree Build(IEnumerable<BoundField> fields)
    {
        var root = new OutputTree();
        foreach (var field in fields)
        {
            var node = root;
            foreach (var hop in field.Hops)
            {
                var below = node.parts.Find(p => p.Below is not null && p.Field == hop.Lookup).Below;
                if (below is null)
                    node.parts.Add((hop.Lookup, hop.Target, below = new OutputTree()));
                node = below;
            }

            if (node.parts.Exists(p => p.Below is null && p.Field == field.Field))
                throw new SoqlError("MALFORMED_QUERY", $"duplicate field selected: {field.Field.Name}");
            node.parts.Add((field.Field, null, null));
        }

        return root;
    }

    public void Write(Utf8JsonWriter json, RecordStore store, Record record, string dataPath)
    {
        json.WriteStartObject();
        WriteAttributes(json, record, dataPath);
        foreach (var (field, target, below) in parts)
        {
            if (below is null)
            {
                json.WritePropertyName(field.Name);
                FieldCodec.Write(json, field, store.Value(record, field));
                continue;
            }

            json.WritePropertyName(field.RelationshipName!);
            if (record[field] is string id && store.Table(target!).Find(id) is { } related)
                below.Write(json, store, related, dataPath);
            else
                json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    public static void WriteAttributes(Utf8JsonWriter json, Record record, string dataPath)
    {
        json.WriteStartObject("attributes");
        json.WriteString("type", record.Type.Name);
        json.WriteString("url", $"{dataPath}/sobjects/{record.Type.Name}/{record.Id}");
        json.WriteEndObject();
    }
}
