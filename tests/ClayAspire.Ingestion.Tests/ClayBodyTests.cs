using System.Text;
using System.Text.Json;
using ClayAspire.Ingestion.Parsing;

namespace ClayAspire.Ingestion.Tests;

public sealed class ClayBodyTests
{
    private static ClayBody Parse(string body, bool isNdjson = false, string table = "t") =>
        ClayBody.Parse(Encoding.UTF8.GetBytes(body), new RowReader(table), isNdjson);

    [Fact]
    public void One_object_is_one_row()
    {
        var body = Parse("""{"email":"a@example.com","size":12,"ok":true,"none":null}""");
        Assert.True(body.IsSingle);
        Assert.Equal("""{"email":"a@example.com","none":null,"ok":true,"size":12}""", Assert.Single(body.Rows).Json);
    }

    [Fact]
    public void An_array_gives_its_bad_rows_by_position_and_the_good_ones_go_on()
    {
        var body = Parse("""[{"a":1}, 7, {"a":2}, "x", {}]""");
        Assert.Null(body.Fault);
        Assert.Equal([1, 3], body.Rows.Where(r => r.Fault is null).Select(r => r.Line));
        Assert.Equal([(2, "row-not-an-object"), (4, "row-not-an-object"), (5, "row-empty")],
            body.Rows.Where(r => r.Fault is not null).Select(r => ((int)r.Line, r.Fault!.Code)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ndjson_is_known_by_its_content_and_a_bad_line_stays_alone(bool announced)
    {
        var body = Parse("{\"a\":1}\n\n{\"a\":\"x \"quoted\" y\"}\r\n{\"a\":3}\n", announced);
        Assert.Null(body.Fault);
        Assert.Equal([1, 3, 4], body.Rows.Select(r => (int)r.Line));
        var bad = body.Rows[1];
        Assert.Equal("malformed-json", bad.Fault!.Code);
        Assert.Contains("column 10", bad.Fault.Message, StringComparison.Ordinal);
        Assert.Contains("'a'", bad.Fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("quoted", bad.Fault.Message.Replace("quotes", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.StartsWith("{\"a\":\"x \"quoted\"", bad.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_body_names_line_and_column_in_characters_and_the_column_to_look_at()
    {
        var body = Parse("{\n  \"name\": \"Zoë\",\n  \"title\": \"é \"boss\" of all\"\n}");
        Assert.Equal("malformed-json", body.Fault!.Code);
        Assert.Equal(new JsonPosition(3, 16), body.Fault.At);
        Assert.Equal("title", body.Fault.AfterColumn);
    }

    [Fact]
    public void A_line_break_inside_a_text_is_reported_where_it_stands()
    {
        var body = Parse("{\"a\":\"one\ntwo\"}");
        Assert.Equal(1, body.Fault!.At!.Line);
        Assert.Equal("a", body.Fault.AfterColumn);
    }

    [Theory]
    [InlineData("", "body-empty")]
    [InlineData(" \r\n", "body-empty")]
    [InlineData("42", "row-not-an-object")]
    [InlineData("[1,", "malformed-json")]
    public void A_body_that_is_no_rows_says_why(string text, string code) => Assert.Equal(code, Parse(text).Fault!.Code);

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused() =>
        Assert.Equal("not-utf8", ClayBody.Parse(Encoding.Latin1.GetBytes("{\"a\":\"é\"}"), new RowReader("t"), false).Fault!.Code);

    [Fact]
    public void A_byte_order_mark_is_no_fault() =>
        Assert.Null(ClayBody.Parse((byte[])[.. Encoding.UTF8.Preamble, .. "{\"a\":1}"u8], new RowReader("t"), false).Fault);

    [Fact]
    public void Nested_values_are_kept_as_json_text()
    {
        using var payload = JsonDocument.Parse(Parse("""{"a":{"b":[1,2]},"c":[]}""").Rows[0].Json!);
        Assert.Equal("""{"b":[1,2]}""", payload.RootElement.GetProperty("a").GetString());
        Assert.Equal("[]", payload.RootElement.GetProperty("c").GetString());
    }

    [Theory]
    [InlineData("""{"a":"x\u0000y"}""")]
    [InlineData("""{"a":"\ud800"}""")]
    public void Text_that_no_database_keeps_goes_to_quarantine(string text) => Assert.Equal("bad-text", Parse(text).Rows[0].Fault!.Code);

    [Fact]
    public void A_number_past_all_bounds_is_kept_as_text() =>
        Assert.Equal("""{"a":"1e999999"}""", Parse("""{"a":1e999999}""").Rows[0].Json);

    [Theory]
    [InlineData("""{"b":"2","a":1}""")]
    [InlineData("""{ "a" : "1", "b" : 2 }""")]
    [InlineData("""{"a":1,"b":2}""")]
    public void Equal_rows_have_equal_keys_however_they_are_spelled(string text) =>
        Assert.Equal(Parse("""{"a":"1","b":"2"}""").Rows[0].Key, Parse(text).Rows[0].Key);

    [Fact]
    public void The_key_tells_tables_rows_and_contents_apart()
    {
        string[] keys =
        [
            Parse("""{"row_id":"r1","x":1}""").Rows[0].Key!,
            Parse("""{"row_id":"r2","x":1}""").Rows[0].Key!,
            Parse("""{"row_id":"r1","x":2}""").Rows[0].Key!,
            Parse("""{"row_id":"r1","x":1}""", table: "other").Rows[0].Key!,
            Parse("""{"a":"1b","":"2"}""").Rows[0].Key!,
            Parse("""{"a":"1","b":"2"}""").Rows[0].Key!,
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.StartsWith("t:r1:", keys[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_row_says_when_it_came_about() =>
        Assert.Equal(DateTimeOffset.Parse("2026-03-01T10:00:00Z", null), Parse("""{"enriched_at":"2026-03-01T12:00:00+02:00"}""").Rows[0].OccurredAt);
}
