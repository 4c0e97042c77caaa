namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>A statement that the platform refuses. <paramref name="position"/> is the offset of the place at fault, -1 when there is none.</summary>
internal sealed class SoqlError(string code, string message, int position = -1) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>The message as the platform sends it: the place in the statement, then the reason.</summary>
    public string MessageFor(string soql)
    {
        if (position < 0)
            return Message;
        var start = Math.Max(0, Math.Min(position, soql.Length) - 40);
        var excerpt = soql.Substring(start, Math.Min(80, soql.Length - start)).Replace('\n', ' ');
        return $"\n{excerpt}\n{new string(' ', position - start)}^\nERROR at Row:1:Column:{position + 1}\n{Message}";
    }

    public static SoqlError Unexpected(Token token) =>
        new("MALFORMED_QUERY", token.Kind == TokenKind.End ? "unexpected token: '<EOF>'" : $"unexpected token: '{token.Text}'", token.Position);
}
