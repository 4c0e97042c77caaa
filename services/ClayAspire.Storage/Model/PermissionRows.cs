namespace ClayAspire.Storage.Model;

/// <summary>One audit of an integration user. Table <c>permission_audit</c>.</summary>
public sealed class PermissionAuditRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>Who asked for it.</summary>
    public string AskedBy { get; set; } = "";

    /// <summary>When the CRM was read.</summary>
    public DateTimeOffset ReadAt { get; set; }

    /// <summary>The policy that it was judged by.</summary>
    public string PolicyVersion { get; set; } = "";

    /// <summary>A name of <see cref="Domain.Permissions.PermissionNaming.Verdicts"/>.</summary>
    public string Verdict { get; set; } = "";

    /// <summary>Findings that are right.</summary>
    public int Rights { get; set; }

    /// <summary>Findings that are too much.</summary>
    public int TooMuch { get; set; }

    /// <summary>Findings that are missing.</summary>
    public int Missing { get; set; }

    /// <summary>Findings that could not be read.</summary>
    public int Unknown { get; set; }

    /// <summary>The CRM's id of the user; null when nothing was read.</summary>
    public string? UserId { get; set; }

    /// <summary>Its user name: that of a program.</summary>
    public string? UserName { get; set; }

    /// <summary>Its profile.</summary>
    public string? Profile { get; set; }

    /// <summary>Its role.</summary>
    public string? Role { get; set; }

    /// <summary>Calls to the CRM that it cost.</summary>
    public int ApiCalls { get; set; }

    /// <summary>Why nothing was read.</summary>
    public string? FaultCode { get; set; }

    /// <summary>The same as a sentence with the remedy.</summary>
    public string? Fault { get; set; }
}

/// <summary>One thing that an audit looked at. Table <c>permission_finding</c>.</summary>
public sealed class PermissionFindingRow
{
    /// <summary>The audit.</summary>
    public Guid AuditId { get; set; }

    /// <summary>Its place in the audit.</summary>
    public int Ordinal { get; set; }

    /// <summary>A name of <see cref="Domain.Permissions.PermissionNaming.Areas"/>.</summary>
    public string Area { get; set; } = "";

    /// <summary>Which profile, permission, object, field or unit.</summary>
    public string Subject { get; set; } = "";

    /// <summary>A name of <see cref="Domain.Permissions.PermissionNaming.Standings"/>.</summary>
    public string Standing { get; set; } = "";

    /// <summary>What is expected.</summary>
    public string Expected { get; set; } = "";

    /// <summary>What was found.</summary>
    public string Found { get; set; } = "";

    /// <summary>Permission sets that grant it, separated by commas; blank when none is known.</summary>
    public string GrantedBy { get; set; } = "";

    /// <summary>Why, and what to do.</summary>
    public string Text { get; set; } = "";
}
