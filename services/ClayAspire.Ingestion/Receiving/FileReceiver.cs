using ClayAspire.Ingestion.Parsing;
using ClayAspire.Storage.Signals;
using Microsoft.Extensions.Options;

namespace ClayAspire.Ingestion.Receiving;

/// <summary>Takes one file in while it is being sent: rows are stored in batches, the import's progress moves on with each.</summary>
internal sealed class FileReceiver(SignalReceiver receiver, SignalStore signals, IngestionMetrics metrics, IOptions<IngestionOptions> options, ILogger<FileReceiver> log)
{
    // A batch of long rows is stored earlier, so that memory stays bounded whatever the rows look like.
    private const int MaxBatchChars = 4 * 1024 * 1024;

    /// <summary>Reads the file to its end.</summary>
    /// <exception cref="FileFaultException">The file cannot be read on; rows before the fault are stored, the import is failed.</exception>
    public async Task<ImportProgress> ReceiveAsync(Guid importId, string table, string format, char? delimiter, Stream file, CancellationToken cancel)
    {
        var counting = new CountingStream(file, options.Value.MaxFileBytes);
        var import = new RunningImport(importId, table, counting);
        var reader = new RowReader(table);
        try
        {
            var rows = format == "csv" ? CsvRows.ReadAsync(counting, reader, delimiter, cancel) : NdjsonRows.ReadAsync(counting, reader, cancel);
            await foreach (var row in rows)
            {
                if (import.Add(row) >= options.Value.BatchRows || import.BatchChars > MaxBatchChars)
                {
                    await StoreAsync(import, cancel);
                    await signals.ReportImportAsync(importId, import.Progress, cancel);
                }
            }
            await StoreAsync(import, cancel);
            // Everything is stored: that the caller has gone since does not change it.
            await signals.CompleteImportAsync(importId, import.Progress, CancellationToken.None);
            return import.Progress;
        }
        catch (FileFaultException fault)
        {
            await FailAsync(import, fault.Message);
            throw;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            await FailAsync(import, $"The upload was interrupted after {counting.BytesRead} bytes. Send the same file again: rows already accepted count as duplicates.");
            log.UploadInterrupted(importId, counting.BytesRead);
            throw;
        }
        catch (Exception)
        {
            await signals.FailImportAsync(importId, import.Progress, "The service failed; its log has the reason. Send the same file again: rows already accepted count as duplicates.", CancellationToken.None);
            throw;
        }
    }

    private async Task FailAsync(RunningImport import, string error)
    {
        // The rows read before the fault are whole rows: they are kept, and the caller is told how many.
        await StoreAsync(import, CancellationToken.None);
        await signals.FailImportAsync(import.Id, import.Progress, error, CancellationToken.None);
    }

    private async Task StoreAsync(RunningImport import, CancellationToken cancel)
    {
        var receipt = await receiver.ReceiveAsync(Sources.Clay, import.Table, import.TakeBatch(), import.Id, cancel);
        import.Count(receipt);
        metrics.ImportRows("accepted", receipt.Accepted);
        metrics.ImportRows("duplicate", receipt.Duplicates);
        metrics.ImportRows("quarantined", receipt.Quarantined);
    }

    private sealed class RunningImport(Guid id, string table, CountingStream file)
    {
        private readonly List<IncomingRow> _batch = [];
        private Receipt _total = Receipt.None;

        public Guid Id => id;

        public string Table => table;

        public int BatchChars { get; private set; }

        public ImportProgress Progress => new(file.BytesRead, _total.Accepted + _total.Duplicates + _total.Quarantined, _total.Accepted, _total.Duplicates, _total.Quarantined);

        public int Add(ParsedRow row)
        {
            _batch.Add(new IncomingRow(Sources.FileRow, row));
            BatchChars += (row.Json?.Length ?? 0) + row.Raw.Length;
            return _batch.Count;
        }

        public IReadOnlyList<IncomingRow> TakeBatch()
        {
            IncomingRow[] taken = [.. _batch];
            _batch.Clear();
            BatchChars = 0;
            return taken;
        }

        public void Count(Receipt receipt) => _total += receipt;
    }
}
