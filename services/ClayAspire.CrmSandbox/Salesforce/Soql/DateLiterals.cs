using System.Globalization;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>The date words of SOQL (<c>TODAY</c>, <c>LAST_N_DAYS:7</c>), in UTC, weeks beginning on Sunday.</summary>
internal static class DateLiterals
{
    /// <summary>The days that a word stands for, or null when it is no date word.</summary>
    public static DateRange? Find(string word, DateOnly today)
    {
        var parts = word.ToUpperInvariant().Split(':');
        if (parts.Length == 1)
            return Fixed(parts[0], today);
        return parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Counted(parts[0], n, today) : null;
    }

    private static DateRange? Fixed(string word, DateOnly today)
    {
        var week = today.AddDays(-(int)today.DayOfWeek);
        var month = new DateOnly(today.Year, today.Month, 1);
        var quarter = new DateOnly(today.Year, (today.Month - 1) / 3 * 3 + 1, 1);
        var year = new DateOnly(today.Year, 1, 1);
        return word switch
        {
            "YESTERDAY" => new(today.AddDays(-1), today),
            "TODAY" => new(today, today.AddDays(1)),
            "TOMORROW" => new(today.AddDays(1), today.AddDays(2)),
            "LAST_WEEK" => new(week.AddDays(-7), week),
            "THIS_WEEK" => new(week, week.AddDays(7)),
            "NEXT_WEEK" => new(week.AddDays(7), week.AddDays(14)),
            "LAST_MONTH" => new(month.AddMonths(-1), month),
            "THIS_MONTH" => new(month, month.AddMonths(1)),
            "NEXT_MONTH" => new(month.AddMonths(1), month.AddMonths(2)),
            "LAST_90_DAYS" => new(today.AddDays(-90), today.AddDays(1)),
            "NEXT_90_DAYS" => new(today.AddDays(1), today.AddDays(91)),
            "LAST_QUARTER" => new(quarter.AddMonths(-3), quarter),
            "THIS_QUARTER" => new(quarter, quarter.AddMonths(3)),
            "NEXT_QUARTER" => new(quarter.AddMonths(3), quarter.AddMonths(6)),
            "LAST_YEAR" => new(year.AddYears(-1), year),
            "THIS_YEAR" => new(year, year.AddYears(1)),
            "NEXT_YEAR" => new(year.AddYears(1), year.AddYears(2)),
            _ => null,
        };
    }

    private static DateRange? Counted(string word, int n, DateOnly today)
    {
        var week = today.AddDays(-(int)today.DayOfWeek);
        var month = new DateOnly(today.Year, today.Month, 1);
        var year = new DateOnly(today.Year, 1, 1);
        return word switch
        {
            "LAST_N_DAYS" => new(today.AddDays(-n), today.AddDays(1)),
            "NEXT_N_DAYS" => new(today.AddDays(1), today.AddDays(n + 1)),
            "N_DAYS_AGO" => new(today.AddDays(-n), today.AddDays(-n + 1)),
            "LAST_N_WEEKS" => new(week.AddDays(-7 * n), week),
            "NEXT_N_WEEKS" => new(week.AddDays(7), week.AddDays(7 * (n + 1))),
            "LAST_N_MONTHS" => new(month.AddMonths(-n), month),
            "NEXT_N_MONTHS" => new(month.AddMonths(1), month.AddMonths(n + 1)),
            "LAST_N_YEARS" => new(year.AddYears(-n), year),
            "NEXT_N_YEARS" => new(year.AddYears(1), year.AddYears(n + 1)),
            _ => null,
        };
    }
}
