using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Draft → Pending Legal → Active → Suspended, by files and signatures together.</summary>
public sealed class ContractLifeTests
{
    private static readonly string[] Dpo = ["DPO"];
    private static readonly string[] CrmAdmin = ["CRM Admin"];

    private readonly List<ContractSignature> _facts = [];
    private FieldContract _contract = PolicyWith(MergeRule.FillBlank, status: ContractStatus.PendingLegal).Contracts[0] with { Place = new PolicyPlace("contracts/icare.yaml", 7) };
    private bool _wasUnfinished;
    private DateTimeOffset _now = Noon;

    private ContractBook Book => new(_facts, _wasUnfinished ? [_contract.Key] : []);

    private ContractStanding Standing => ContractLife.Stand(_contract, Book, _now);

    private PolicySet InForce => new PolicySet("files", [_contract], [AnyFlow], []).WithSignatures(Book, _now);

    private Decision Decision => CellDecider.Decide(InForce, AnyFlow, Live(null), "F", [Offer(1, "value")]);

    [Fact]
    public void Pending_Legal_becomes_Active_with_a_signature_and_what_it_held_is_written()
    {
        Assert.Equal((Verdict.Hold, "pending-legal", "DPO"), (Decision.Verdict, Decision.Reason.Code, Decision.WaitsFor));
        var before = InForce.Version;
        Sign();
        Assert.Equal((ContractStatus.PendingLegal, ContractStatus.Active, SignatureState.Valid), (Standing.FileStatus, Standing.Status, Standing.Signature));
        Assert.Equal((Verdict.Write, "value"), (Decision.Verdict, Decision.Value.Text));
        Assert.NotEqual(before, InForce.Version);
        Assert.Equal("files", InForce.FilesVersion);
    }

    [Fact]
    public void A_draft_waits_for_its_owner_and_then_for_Legal()
    {
        _contract = _contract with { Status = ContractStatus.Draft, Owner = "MARCOM Ops" };
        Assert.Equal((Verdict.Hold, "draft", "MARCOM Ops"), (Decision.Verdict, Decision.Reason.Code, Decision.WaitsFor));
        Assert.Equal("still-a-draft", Ask(SignatureAction.Signed, Dpo)?.Code);
        Assert.Equal("wrong-role", Ask(SignatureAction.SentToLegal, Dpo)?.Code);

        Do(SignatureAction.SentToLegal, ["MARCOM Ops"]);
        Assert.Equal((ContractStatus.PendingLegal, "pending-legal"), (Standing.Status, Decision.Reason.Code));
        Assert.Equal("not-a-draft", Ask(SignatureAction.SentToLegal, CrmAdmin)?.Code);
        Sign();
        Assert.Equal(ContractStatus.Active, Standing.Status);
    }

    [Fact]
    public void A_draft_that_is_written_on_is_a_draft_again_whether_it_was_sent_or_signed()
    {
        _contract = _contract with { Status = ContractStatus.Draft };
        Do(SignatureAction.SentToLegal, CrmAdmin);
        _contract = _contract with { MaxLength = 80 };
        Assert.Equal(ContractStatus.Draft, Standing.Status);
        Assert.Contains("changed since someone sent it to Legal on 22 Nov 2026: now max_length: 80", Decision.Reason.Text, StringComparison.Ordinal);
        Do(SignatureAction.SentToLegal, CrmAdmin);
        Sign();
        _contract = _contract with { MaxLength = 90 };
        Assert.Equal(ContractStatus.Draft, Standing.Status);
        Assert.Contains("changed since someone signed it on 22 Nov 2026: was max_length: 80; now max_length: 90", Decision.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_contract_voids_its_signature_until_it_is_signed_anew_and_the_old_text_brings_the_old_one_back()
    {
        Sign();
        var signed = _contract;
        _contract = _contract with { Sources = [.. _contract.Sources, "hubspot"] };
        Assert.Equal((ContractStatus.PendingLegal, SignatureState.Changed), (Standing.Status, Standing.Signature));
        Assert.Contains("was sources: [\"pardot\",\"smartlead\",\"clay\"]; now sources: [\"pardot\",\"smartlead\",\"clay\",\"hubspot\"]", Decision.Reason.Text, StringComparison.Ordinal);
        (var changed, _contract) = (_contract, signed with { Why = "Reworded.", Owner = "CRM Admin", Place = null });
        Assert.Equal(ContractStatus.Active, Standing.Status);
        _contract = changed;
        Sign();
        Assert.Equal(ContractStatus.Active, Standing.Status);
    }

    [Fact]
    public void A_signature_holds_through_its_last_day_and_is_warned_of_as_long_before_as_is_asked()
    {
        var last = DateOnly.FromDateTime(Noon.UtcDateTime).AddDays(30);
        var end = new DateTimeOffset(last.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        Sign(last);
        Assert.Equal(end, InForce.EndsAt);
        var within = TimeSpan.FromDays(14);
        Assert.False(Standing.EndsSoon(_now, within));
        Assert.True(Standing.EndsSoon(_now, TimeSpan.FromDays(31)));
        _now = end.AddDays(-14);
        Assert.True(Standing.EndsSoon(_now, within));
        _now = end.AddTicks(-1);
        var active = InForce.Version;
        Assert.Equal(ContractStatus.Active, Standing.Status);
        _now = end;
        Assert.Equal((ContractStatus.PendingLegal, SignatureState.Expired), (Standing.Status, Standing.Signature));
        Assert.Contains("expired at the end of 22 Dec 2026 (UTC)", Decision.Reason.Text, StringComparison.Ordinal);
        Assert.NotEqual(active, InForce.Version);
        Assert.Null(InForce.EndsAt);
        Assert.Equal("bad-expiry", Ask(SignatureAction.Signed, Dpo, last)?.Code);
        Sign(last.AddDays(1));
        Assert.Equal(ContractStatus.Active, Standing.Status);
    }

    [Fact]
    public void Active_on_first_sight_is_accepted_but_not_where_it_was_unfinished_before()
    {
        _contract = _contract with { Status = ContractStatus.Active };
        Assert.Equal((ContractStatus.Active, false), (Standing.Status, Standing.TakesSignature));
        Assert.Empty(InForce.Unsigned);
        Assert.Equal("files", InForce.Version);

        _wasUnfinished = true;
        Assert.Equal((ContractStatus.PendingLegal, true), (Standing.Status, Standing.TakesSignature));
        var problem = Assert.Single(InForce.Unsigned);
        Assert.Equal(("contracts/icare.yaml", 7), (problem.File, problem.Line));
        Assert.Contains("takes a DPO's signature", problem.Message, StringComparison.Ordinal);
        Sign();
        Assert.Equal(ContractStatus.Active, Standing.Status);
        Assert.Empty(InForce.Unsigned);
    }

    [Fact]
    public void Whoever_signs_a_founding_contract_puts_it_under_signatures_from_then_on()
    {
        _contract = _contract with { Status = ContractStatus.Active };
        Sign(DateOnly.FromDateTime(Noon.UtcDateTime));
        _now = Noon.AddDays(1);
        Assert.Equal(ContractStatus.PendingLegal, Standing.Status);
    }

    [Fact]
    public void A_suspension_holds_values_and_a_resumed_contract_needs_no_new_signature()
    {
        Sign();
        var active = InForce.Version;
        Assert.Equal("reason-missing", Ask(SignatureAction.Suspended, CrmAdmin, reason: " ")?.Code);
        Do(SignatureAction.Suspended, CrmAdmin, reason: "A complaint came in");
        Assert.Equal(ContractStatus.Suspended, Standing.Status);
        Assert.Equal((Verdict.Hold, "suspended", "CRM Admin"), (Decision.Verdict, Decision.Reason.Code, Decision.WaitsFor));
        Assert.Contains("someone (CRM Admin) suspended it on 22 Nov 2026: A complaint came in. The value is kept", Decision.Reason.Text, StringComparison.Ordinal);
        Assert.NotEqual(active, InForce.Version);
        Assert.Equal("not-active", Ask(SignatureAction.Suspended, CrmAdmin, reason: "again")?.Code);
        Do(SignatureAction.Resumed, CrmAdmin);
        Assert.Equal((ContractStatus.Active, active), (Standing.Status, InForce.Version));
        Assert.Equal("not-suspended", Ask(SignatureAction.Resumed, CrmAdmin)?.Code);
    }

    [Fact]
    public void A_signature_does_not_lift_a_suspension_and_one_that_ended_meanwhile_is_missed_after_it()
    {
        Sign(DateOnly.FromDateTime(Noon.UtcDateTime));
        Do(SignatureAction.Suspended, CrmAdmin, reason: "Stop");
        _now = Noon.AddDays(2);
        Assert.Equal(ContractStatus.Suspended, Standing.Status);
        Do(SignatureAction.Resumed, CrmAdmin);
        Assert.Equal(ContractStatus.PendingLegal, Standing.Status);
        Sign();
        Do(SignatureAction.Suspended, CrmAdmin, reason: "Stop");
        Sign();
        Assert.Equal(ContractStatus.Suspended, Standing.Status);
    }

    [Fact]
    public void What_the_DPO_stopped_only_a_DPO_lets_go_on()
    {
        Sign();
        Do(SignatureAction.Suspended, ["CRM Admin", "DPO"], reason: "Stop");
        Assert.Equal("DPO", Standing.Suspension?.Role);
        Assert.Equal("wrong-role", Ask(SignatureAction.Resumed, CrmAdmin)?.Code);
        Assert.Equal("wrong-role", Ask(SignatureAction.Resumed, ["Admin"])?.Code);
        Do(SignatureAction.Resumed, Dpo);
        Assert.Equal(ContractStatus.Active, Standing.Status);
    }

    [Theory]
    [InlineData("Admin")]
    [InlineData("CRM Admin")]
    [InlineData("MARCOM Ops")]
    [InlineData("IT Infra")]
    [InlineData("Viewer")]
    public void Nobody_but_a_DPO_signs(string role) => Assert.Equal("wrong-role", Ask(SignatureAction.Signed, [role])?.Code);

    [Fact]
    public void A_signature_names_the_contract_that_was_seen_and_its_legal_basis()
    {
        Assert.Equal("wrong-hash", Check(Request(SignatureAction.Signed, Dpo) with { Hash = null })?.Code);
        Assert.Equal("wrong-hash", Check(Request(SignatureAction.Signed, Dpo) with { Hash = "other" })?.Code);
        Assert.Equal("basis-missing", Check(Request(SignatureAction.Signed, Dpo) with { LegalBasis = " " })?.Code);
        Assert.Equal("text-too-long", Check(Request(SignatureAction.Signed, Dpo) with { LegalBasis = new string('x', 2001) })?.Code);
        Assert.Null(Check(Request(SignatureAction.Signed, Dpo)));
    }

    [Theory]
    [InlineData(ContractStatus.Suspended)]
    [InlineData(ContractStatus.ReadOnly)]
    public void Where_the_files_stop_a_field_they_have_the_last_word(ContractStatus status)
    {
        Sign();
        Do(SignatureAction.Suspended, CrmAdmin, reason: "Stop");
        _contract = _contract with { Status = status };
        Assert.Equal((status, null), (Standing.Status, Standing.Suspension));
        Assert.Equal(Verdict.Refuse, Decision.Verdict);
        foreach (var action in Enum.GetValues<SignatureAction>())
            Assert.Equal("stopped-by-files", Ask(action, ["DPO", "CRM Admin"], reason: "x")?.Code);
    }

    [Fact]
    public void The_version_tells_statuses_apart_and_nothing_else()
    {
        var other = _contract with { Field = "G" };
        string Version(params ContractSignature[] facts) => new PolicySet("files", [_contract, other], [AnyFlow], []).WithSignatures(new ContractBook(facts, []), _now).Version;
        var one = Fact(_contract);
        var two = Fact(other);
        Assert.Equal("files", Version());
        Assert.Equal(4, new[] { Version(), Version(one), Version(two), Version(one, two) }.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Version(one, two), Version(two, one));
        Assert.Equal(Version(one), Version(one with { Id = 9, By = "else", LegalBasis = "another", ExpiresOn = DateOnly.FromDateTime(_now.UtcDateTime) }));
        // Twice over the same files is the same as once.
        var inForce = new PolicySet("files", [_contract, other], [AnyFlow], []).WithSignatures(new ContractBook([one], []), _now);
        Assert.Equal("files", inForce.WithSignatures(ContractBook.Empty, _now).Version);
    }

    [Fact]
    public void The_hash_covers_every_property_that_decides_what_is_written()
    {
        // What is left out, and why: words for people, the status that a signature gives, where it stands, what follows from the rest, and what is only compared.
        string[] apart = ["Status", "Owner", "Why", "Place", "Standing", "Terms", "Hash", "Key", "RuleId", "AnyOf"];
        var changed = new Dictionary<string, FieldContract>(StringComparer.Ordinal)
        {
            ["Connection"] = _contract with { Connection = "other" },
            ["Object"] = _contract with { Object = "Contact" },
            ["Field"] = _contract with { Field = "G" },
            ["Type"] = _contract with { Type = FieldType.Email },
            ["Rule"] = _contract with { Rule = MergeRule.Latest },
            ["Sources"] = _contract with { Sources = ["clay", "smartlead", "pardot"] },
            ["MaxLength"] = _contract with { MaxLength = 80 },
            ["Values"] = _contract with { Values = ["a", "b"] },
            ["Backup"] = _contract with { Backup = "F_clay" },
            ["Lifecycle"] = _contract with { Lifecycle = new Lifecycle("contact", ["lead", "mql"], [new LifecycleMove(null, "lead")]) },
            ["MinConfidence"] = _contract with { MinConfidence = 0.8 },
            ["OnConversion"] = _contract with { OnConversion = OnConversion.Follow },
            ["Protect"] = _contract with { Protect = Protection.HumanEdits },
            ["Standard"] = _contract with { Standard = StandardRegistry.Find("city") },
            ["Region"] = _contract with { Region = "DE" },
        };
        Assert.Equal(typeof(FieldContract).GetProperties().Select(p => p.Name).Except(apart, StringComparer.Ordinal).Order(StringComparer.Ordinal), changed.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(changed.Count + 1, changed.Values.Append(_contract).Select(c => c.Hash).Distinct(StringComparer.Ordinal).Count());
        Assert.NotEqual(changed["Lifecycle"].Hash, (_contract with { Lifecycle = new Lifecycle("contact", ["lead", "mql"], [new LifecycleMove("lead", "mql")]) }).Hash);
        Assert.NotEqual((_contract with { Values = ["a, b"] }).Hash, (_contract with { Values = ["a", "b"] }).Hash);
        Assert.Equal(_contract.Hash, (_contract with { Status = ContractStatus.Active, Owner = "x", Why = "y", Place = null, Standing = Standing }).Hash);
    }

    [Fact]
    public void Everything_else_of_a_policy_goes_along()
    {
        var files = new PolicySet("files", [_contract], [AnyFlow], []) { Escalation = new Escalation([]) };
        var inForce = files.WithSignatures(new ContractBook([Fact(_contract)], []), _now);
        foreach (var property in typeof(PolicySet).GetProperties().Where(p => p.Name is not ("Version" or "Contracts" or "EndsAt" or "Unsigned")))
            Assert.Equal(property.GetValue(files), property.GetValue(inForce));
        Assert.Equal(ContractStatus.Active, inForce.Contract("icare", "Lead", "F")!.Status);
        Assert.Equal(ContractStatus.PendingLegal, files.Contract("icare", "Lead", "F")!.Status);
    }

    [Fact]
    public void Actions_are_read_back_as_they_are_spelled()
    {
        Assert.All(Enum.GetValues<SignatureAction>(), a => Assert.Equal(a, ContractSignature.ActionOf(ContractSignature.NameOf(a))));
        Assert.Throws<ArgumentException>(() => ContractSignature.ActionOf("withdrawn"));
    }

    private ContractSignature Fact(FieldContract contract) =>
        new(1, contract.Key, SignatureAction.Signed, "dpo", "DPO", "Consent", null, contract.Hash, contract.Terms, _now, null);

    private void Sign(DateOnly? until = null) => Do(SignatureAction.Signed, Dpo, until);

    private void Do(SignatureAction action, string[] roles, DateOnly? until = null, string? reason = null)
    {
        var request = Request(action, roles, until, reason);
        Assert.Null(Check(request));
        _facts.Add(ContractLife.Fact(request, _contract, Standing, _now) with { Id = _facts.Count + 1 });
    }

    private Reason? Ask(SignatureAction action, string[] roles, DateOnly? until = null, string? reason = null) => Check(Request(action, roles, until, reason));

    private Reason? Check(ContractRequest request) => ContractLife.Check(request, _contract, Standing, _now);

    private ContractRequest Request(SignatureAction action, string[] roles, DateOnly? until = null, string? reason = null) =>
        new(action, "someone", roles, _contract.Hash, "Art. 6(1)(f) GDPR, LIA of 3 March", until, reason);
}
