grant usage on schema export to clayaspire_export;
grant select on all tables in schema export to clayaspire_export;
alter default privileges in schema export grant select on tables to clayaspire_export;
