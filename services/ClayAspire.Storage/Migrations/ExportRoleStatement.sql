-- A password cannot be a parameter of CREATE ROLE, so the server quotes it into the statement.
select format(
    case when exists (select 1 from pg_roles where rolname = @role)
        then 'alter role %I login password %L nosuperuser nocreatedb nocreaterole noreplication'
        else 'create role %I login password %L nosuperuser nocreatedb nocreaterole noreplication' end,
    @role, @password);
