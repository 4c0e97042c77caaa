using ClayAspire.Connectors;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.SyncWorker.Planning;

/// <summary>
/// The last filter: what the CRM itself says of the field today (DESIGN section 6). The policy may allow a value that the CRM no longer takes;
/// better to say so in the plan than to be rejected when it is applied.
/// </summary>
internal static class LiveMetadata
{
    /// <summary>The decision, or a refusal or hold in its place. Only decisions to write are looked at.</summary>
    public static Decision Check(Decision decision, string @object, string field, string owner, FieldDescription? live)
    {
        if (decision.Verdict != Verdict.Write)
            return decision;
        Decision Instead(Verdict verdict, string code, string text, string? waitsFor = null) =>
            decision with { Verdict = verdict, Value = default, Reason = new Reason(code, text), WaitsFor = waitsFor };

        // A field that cannot be seen reads as blank; to fill it would be to overwrite what we cannot see.
        if (live is null)
            return Instead(Verdict.Hold, "field-not-visible", $"The integration user cannot see {@object}.{field}. Give it read and edit rights on the field.", owner);
        if (live.IsFormula)
            return Instead(Verdict.Refuse, "field-is-formula", $"{@object}.{field} is a formula in the CRM. Set its contract to ReadOnly.");
        if (!live.CanUpdate)
            return Instead(Verdict.Hold, "field-not-writable", $"The integration user may not edit {@object}.{field}. Give it edit rights on the field.", owner);
        // Nothing to measure when an undo clears the field.
        if (decision.Value.Text is not { } text)
            return decision;
        if (live.MaxLength is { } max && text.Length > max)
            return Instead(Verdict.Refuse, "too-long", $"The value has {text.Length} characters; {@object}.{field} takes {max} in the CRM.");
        if (live.Values.Count > 0 && !live.Values.Contains(text))
            return Instead(Verdict.Refuse, "not-in-picklist", $"The value is not in the CRM's picklist of {@object}.{field}. Add it there or take it out of the contract.");
        return decision;
    }
}
