-- The budget of calls: when each call to PEMS may start, over all processes.

-- Functions that every claim calls are in PL/pgSQL: one in SQL is planned anew at each call of a statement, which
-- took a fifth of the claim.

-- How calls are spaced at a rate: no call closer than `period` to the one a ring before it, planned on an
-- even beat. The plan is 2.3 % slower than the limit, and what really leaves is held to `span`, 1.6 % slower:
-- between the two lies what a busy machine loses, above `span` the jitter on the way, so that neither a
-- token bucket nor a sliding second is exceeded. Above 100 calls/s the ring covers a part of a second, to
-- keep the row small.
create function call_spacing(rate real, out ring int, out period interval, out beat interval,
  out span interval)
language plpgsql immutable parallel safe as $$
declare
  shortest interval;
begin
  ring := greatest(floor(rate / ceil(rate / 100)), 1);
  shortest := interval '1 second' * ring / rate;
  period := shortest * 1.023;
  beat := period / ring;
  span := shortest * 1.016;
end $$;

-- Calls per second that may be made now: after a 429 the rate grows back to the limit within half a minute.
create function current_rate(rate_limit int, rate_now real, rate_since timestamptz) returns real
language plpgsql stable parallel safe as $$
begin
  return least(rate_limit, rate_now + rate_limit / 30.0
    * greatest(extract(epoch from clock_timestamp() - rate_since), 0));
end $$;

-- The last n of the times.
create function last_times(times timestamptz[], n int) returns timestamptz[]
language sql immutable parallel safe as $$
  select times[greatest(cardinality(times) - n, 0) + 1:]
$$;

-- Reserves up to `wanted` calls that may start within `horizon`, the earliest first. A place that is due at
-- once counts as left already: `departure` is its number then. `served` moves the fair turns on, here since
-- the row is written anyway.
create function reserve_calls(connection uuid, wanted int, horizon interval,
  served bigint[] default '{0,0,0}', probing boolean default false)
returns table (send_at timestamptz, departure bigint) language plpgsql volatile as $$
declare
  budget pems_connection%rowtype;
  spacing record;
  soon timestamptz;
begin
  if wanted < 1 then
    return;
  end if;
  -- A claim need not reach the disk by itself: the freeze that follows it does, and takes it along.
  perform set_config('synchronous_commit', 'off', true);
  select * into strict budget from pems_connection where id = connection for update;
  if budget.circuit <> 'closed' and not probing then
    return;
  end if;
  spacing := call_spacing(current_rate(budget.rate_limit, budget.rate_now, budget.rate_since));
  for nth in 1 .. wanted loop
    send_at := greatest(clock_timestamp(), budget.not_before, budget.next_send_at,
      coalesce(budget.plans[cardinality(budget.plans) - spacing.ring + 1] + spacing.period, '-infinity'));
    exit when send_at > clock_timestamp() + horizon;
    budget.plans := budget.plans || send_at;
    budget.next_send_at := send_at + spacing.beat;
    departure := null;
    soon := send_at + interval '2 ms';
    if send_at <= clock_timestamp() + interval '2 ms' and coalesce(budget.departures[cardinality(budget.departures)
        - spacing.ring + 1] + spacing.span, '-infinity') <= soon then
      budget.departures := budget.departures || soon;
      budget.departed := budget.departed + 1;
      departure := budget.departed;
    end if;
    return next;
  end loop;
  update pems_connection set plans = last_times(budget.plans, spacing.ring),
    next_send_at = budget.next_send_at,
    departures = last_times(budget.departures, spacing.ring), departed = budget.departed,
    turns = array[greatest(turns[1], served[1]), greatest(turns[2], served[2]),
      greatest(turns[3], served[3])]
  where id = connection;
end $$;

-- How many calls reserve_calls would grant now, without taking any: the bound of a claim.
create function open_calls(connection uuid, horizon interval) returns int language plpgsql volatile as $$
declare
  budget pems_connection%rowtype;
  spacing record;
begin
  select * into strict budget from pems_connection where id = connection;
  if budget.circuit <> 'closed' or budget.not_before > clock_timestamp() + horizon then
    return 0;
  end if;
  spacing := call_spacing(current_rate(budget.rate_limit, budget.rate_now, budget.rate_since));
  return greatest(0, ceil(extract(epoch from clock_timestamp() + horizon
    - greatest(budget.next_send_at, clock_timestamp())) / extract(epoch from spacing.beat)));
end $$;

-- A call leaves now, if the last second has room for it however late the calls before it left: `departure`
-- is its number. Otherwise null, and `wait` is the time until it may ask again; null as well while the circuit is
-- open, unless it probes.
create function depart(connection uuid, probing boolean, out departure bigint, out wait interval)
language plpgsql volatile as $$
declare
  budget pems_connection%rowtype;
  spacing record;
  free_at timestamptz;
begin
  perform set_config('synchronous_commit', 'off', true);
  select * into strict budget from pems_connection where id = connection for update;
  if budget.circuit <> 'closed' and not probing then
    return;
  end if;
  spacing := call_spacing(current_rate(budget.rate_limit, budget.rate_now, budget.rate_since));
  free_at := greatest(budget.not_before, coalesce(budget.departures[cardinality(budget.departures)
    - spacing.ring + 1] + spacing.span, '-infinity'));
  if free_at > clock_timestamp() then
    wait := free_at - clock_timestamp();
    return;
  end if;
  departure := budget.departed + 1;
  update pems_connection set departed = departure,
    departures = last_times(budget.departures || clock_timestamp(), spacing.ring)
  where id = connection;
end $$;

-- The calls left only now, later than they said: whoever counts on the room they left is held back by as much.
create function note_late(connection uuid, late bigint[]) returns void language plpgsql volatile as $$
declare
  budget pems_connection%rowtype;
  departure bigint;
  place int;
begin
  perform set_config('synchronous_commit', 'off', true);
  select * into strict budget from pems_connection where id = connection for update;
  foreach departure in array late loop
    place := cardinality(budget.departures) - (budget.departed - departure);
    if place > 0 then
      budget.departures[place] := greatest(budget.departures[place], clock_timestamp());
    end if;
  end loop;
  update pems_connection set departures = array(select unnest(budget.departures) order by 1)
  where id = connection and departures <> budget.departures;
end $$;
