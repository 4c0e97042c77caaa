select id, object, crm_job_id, records from sync.bulk_job where run_id = @run_id and settled_at is null order by id;
