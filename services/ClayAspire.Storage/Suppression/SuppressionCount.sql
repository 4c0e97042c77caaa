select reason, count(*) from sync.suppression group by reason order by reason;
