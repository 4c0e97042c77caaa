select percentile_cont(0.5) within group (order by ended.seconds / ended.api_calls)
from (
    select extract(epoch from finished_at - started_at)::double precision as seconds, api_calls
    from sync.run
    where connection = @connection and state in ('green', 'finished-with-rejections', 'cancelled')
      and api_calls > 0 and started_at is not null and finished_at >= started_at
    order by finished_at desc
    limit 20) ended;
