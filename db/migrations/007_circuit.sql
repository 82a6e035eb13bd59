-- The circuit: an outage of PEMS is not the items' fault.

-- The row of attempts on a connection that failed one after the other, until an answer ends it or the circuit
-- opens; `spent` is what each has cost, to be given back.
create table circuit_failure (
  id              bigint generated always as identity primary key,
  connection_id   uuid not null references pems_connection,
  organization_id uuid not null references organization,
  pfa_id          text not null,
  spent           smallint not null,
  at              timestamptz not null default clock_timestamp()
);
create index circuit_failure_row on circuit_failure (connection_id);
grant select, insert, delete on circuit_failure to vanguard_worker;
grant select on circuit_failure to vanguard_app;
alter table circuit_failure enable row level security;
create policy tenant on circuit_failure to vanguard_app
  using (organization_id = current_organization());
create policy everywhere on circuit_failure to vanguard_worker using (true);

-- Set from the alert until the connection has been up for a while: one alert for one outage.
alter table pems_connection add column outage_since timestamptz;

-- Gives the attempts of the row back to their lanes and ends it. Returns how many attempts that was.
create function give_back(connection uuid) returns int language sql volatile as $$
  with row_of as (
    delete from circuit_failure where connection_id = connection returning organization_id, pfa_id, spent
  ), per_lane as (
    select organization_id, pfa_id, sum(spent)::smallint as spent from row_of
    group by organization_id, pfa_id having sum(spent) > 0
  ), lanes as (
    update pfa_lane l set attempts = greatest(l.attempts - p.spent, 0) from per_lane p
    where l.organization_id = p.organization_id and l.pfa_id = p.pfa_id
  ), items as (
    update pfa_write_queue q set retry_count = greatest(q.retry_count - p.spent, 0) from per_lane p
    where q.organization_id = p.organization_id and q.pfa_id = p.pfa_id and q.retry_count > 0
  )
  select coalesce(sum(spent), 0)::int from row_of
$$;
revoke execute on function give_back(uuid) from public;
grant execute on function give_back(uuid) to vanguard_worker;
