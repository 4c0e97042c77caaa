update sync.bulk_job set settled_at = @now, outcome = @outcome where id = @id and settled_at is null;
