namespace ClayAspire.Connectors;

/// <summary>What to do about an error code.</summary>
public enum ErrorAction
{
    /// <summary>Passing trouble: the same again, a little later.</summary>
    Retry,

    /// <summary>Not before a budget or a maintenance window frees up.</summary>
    Wait,

    /// <summary>Sign in anew, once.</summary>
    Reauthenticate,

    /// <summary>The record lives on under another id.</summary>
    Follow,

    /// <summary>This row is refused for good; others go on.</summary>
    Reject,

    /// <summary>Nothing can be written before a person mends settings or rights.</summary>
    Stop,
}

/// <summary>One row of a connector's error table.</summary>
/// <param name="Code">The CRM's code.</param>
/// <param name="Family">A bounded word for metrics: <c>lock</c>, <c>validation</c>, <c>access</c>, …</param>
/// <param name="Action">What to do.</param>
/// <param name="Owner">The role of the escalation path that answers for it.</param>
/// <param name="Words">In plain words, with the remedy.</param>
public sealed record ErrorRule(string Code, string Family, ErrorAction Action, string Owner, string Words)
{
    /// <summary>The HTTP status of a call that is refused with it; 0 where no answer of the CRM carries it. In rows of a batch and of a bulk job it comes with 200.</summary>
    public int Status { get; init; } = 400;
}

/// <summary>The CRM as a whole did not serve a call. Says what to do and, where known, when.</summary>
public sealed class CrmException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="rule">The row of the error table.</param>
    /// <param name="detail">What the CRM said, free of personal data; may be empty.</param>
    /// <param name="retryAfter">When to come again; null when unknown.</param>
    /// <param name="inner">The cause; null when the CRM answered.</param>
    public CrmException(string connection, ErrorRule rule, string detail, TimeSpan? retryAfter = null, Exception? inner = null)
        : base($"Connection '{connection}': {rule.Words} ({rule.Code}{(detail.Length > 0 ? ": " : "")}{detail})", inner)
    {
        Connection = connection;
        Rule = rule;
        RetryAfter = retryAfter;
    }

    /// <summary>The connection.</summary>
    public string Connection { get; }

    /// <summary>The row of the error table.</summary>
    public ErrorRule Rule { get; }

    /// <summary>When to come again; null when unknown.</summary>
    public TimeSpan? RetryAfter { get; }
}
