-- Delivered at commit; equal messages of one transaction arrive once.
select pg_notify('clayaspire_job', @kind);
