update sync.run_cell set bulk_job = @bulk_job where run_id = @run_id and ordinal = any (@ordinals);
