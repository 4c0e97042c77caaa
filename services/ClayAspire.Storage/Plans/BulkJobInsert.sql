insert into sync.bulk_job (run_id, object, crm_job_id, records, prepared_at) values (@run_id, @object, @crm_job_id, @records, @now) returning id;
