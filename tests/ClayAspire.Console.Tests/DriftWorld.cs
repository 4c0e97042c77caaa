using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Console.Tests;

/// <summary>Values that a run verified, and what the drift watch found of them, stored as the worker stores it.</summary>
internal sealed class DriftWorld(World world)
{
    private IReadOnlyList<RunCellRow> _cells = [];
    private Guid _run;

    /// <summary>A record whose city a person changed.</summary>
    public string EditedRecord { get; private set; } = "";

    public int CitiesWritten => _cells.Count(c => c.Field == "City");

    public static async Task<DriftWorld> MakeAsync(World world, int leads)
    {
        var made = new DriftWorld(world);
        var plan = await world.AddPlanAsync(leads: leads);
        made._run = await world.ApproveAsync(plan);
        await world.WorkAsync();
        made._cells = (await world.Get<RunStore>().CellsAsync(made._run, RunCellStates.Verified, 1, 500, CancellationToken.None)).Rows;
        return made;
    }

    /// <summary>Stores a sampling of all verified cells: of the cities, so many changed by each kind of editor; first names stand.</summary>
    public async Task<DriftSampleRow> SampleAsync(Guid? id = null, int human = 0, int automation = 0, int integration = 0, int unknown = 0)
    {
        var now = world.Get<TimeProvider>().GetUtcNow();
        var kinds = Enumerable.Repeat(EditorKind.Human, human).Concat(Enumerable.Repeat(EditorKind.Automation, automation))
            .Concat(Enumerable.Repeat(EditorKind.Integration, integration)).Concat(Enumerable.Repeat(EditorKind.Unknown, unknown)).ToList();
        var findings = new List<DriftFinding>();
        var edits = new Dictionary<CellKey, LastEdit>();
        foreach (var cell in _cells.OrderBy(c => c.Field, StringComparer.Ordinal).ThenBy(c => c.RecordId, StringComparer.Ordinal))
        {
            var key = new CellKey(new RecordKey(World.Staging, cell.Object, cell.RecordId), cell.Field);
            var write = new WrittenCell(key, _run, cell.Ordinal, FieldValue.FromCanonical(cell.NewValue), cell.SentAt!.Value, cell.VerifiedAt!.Value);
            if (cell.Field != "City" || findings.Count >= kinds.Count)
            {
                findings.Add(new DriftFinding(write, DriftOutcome.Kept, write.Written, EditorKind.Unknown, null, null, null));
                continue;
            }
            var by = kinds[findings.Count];
            var seen = FieldValue.FromCanonical(by == EditorKind.Automation ? null : "Elsewhere");
            if (by == EditorKind.Unknown)
            {
                findings.Add(new DriftFinding(write, DriftOutcome.Changed, seen, by, null, null, EditReasons.NotTracked(key)));
                continue;
            }
            if (by == EditorKind.Human && EditedRecord.Length == 0)
                EditedRecord = cell.RecordId;
            edits[key] = LastEdit.Made(new EditorVerdict(by), $"0055f00000000{findings.Count:D2}AAA", cell.VerifiedAt.Value.AddMinutes(3), write.Written, seen);
            findings.Add(new DriftFinding(write, DriftOutcome.Changed, seen, by, edits[key].At, edits[key].EditorId, null));
        }
        await world.Get<FieldEditStore>().SaveAsync(edits, LearnedBy.Drift, CancellationToken.None);
        var sample = new DriftSampleRow
        {
            Id = id ?? world.Get<IIdSource>().Next(),
            Connection = World.Staging,
            AskedBy = "scheduler",
            Asked = 500,
            Seed = 20420,
            WrittenFrom = now.AddDays(-30),
            WrittenTo = now.AddDays(-1),
            Eligible = findings.Count,
            Cells = findings.Count,
            Changed = findings.Count(f => f.Outcome == DriftOutcome.Changed),
            ApiCalls = 3,
            SampledAt = now,
        };
        Assert.True(await world.Get<DriftStore>().SaveAsync(sample, findings, CancellationToken.None));
        Assert.False(await world.Get<DriftStore>().SaveAsync(sample, findings, CancellationToken.None));
        return sample;
    }

    /// <summary>The order that waits in the queue, taken as a worker takes it.</summary>
    public async Task<(SampleDrift Order, JobLease Lease)> TakeOrderAsync()
    {
        var job = (await world.Get<JobQueue>().ClaimAsync([JobKinds.SampleDrift], 1, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None)).Single();
        return (JobPayload.Read<SampleDrift>(job.Payload), job.Lease);
    }
}
