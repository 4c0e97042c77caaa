select reason, count(*) from sync.suppression where removed_at is null group by reason order by reason;
