using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>What stands in a cell of a job's CSV: blank changes nothing, <c>#N/A</c> clears, anything else is a value.</summary>
internal static class BulkCell
{
    private const string Clear = "#N/A";
    private static readonly string[] Yes = ["true", "1", "yes", "y", "on"];
    private static readonly string[] No = ["false", "0", "no", "n", "off"];

    /// <summary>Writes the cell as a property of a row; nothing when it is blank.</summary>
    public static void Write(Utf8JsonWriter json, string name, FieldType type, string cell)
    {
        if (cell.Length == 0)
            return;
        if (cell == Clear)
            json.WriteNull(name);
        else if (type == FieldType.Boolean && Yes.Contains(cell, StringComparer.OrdinalIgnoreCase))
            json.WriteBoolean(name, true);
        else if (type == FieldType.Boolean && No.Contains(cell, StringComparer.OrdinalIgnoreCase))
            json.WriteBoolean(name, false);
        else
            json.WriteString(name, cell);
    }
}
