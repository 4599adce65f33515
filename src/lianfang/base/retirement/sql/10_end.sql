-- The end of an incident. Closing it, by whatever way, releases people and keeps the public record in the same
-- transaction; destruction is asked for by one person and approved by another, after a wait and without open duties.
-- An engine takes part by naming its functions here: release(incident) -> jsonb of counts, duties(incident) -> rows
-- (code, count), record(incident) -> jsonb without personal data, forget(incident) -> jsonb of rows removed.
create table if not exists retirement_part (
    app text primary key, release text not null default '', duties text not null default '',
    record text not null default '', forget text not null default '');
alter table retirement_part enable row level security;
alter table retirement_retirement enable row level security;
drop policy if exists touching on retirement_retirement;
create policy touching on retirement_retirement for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'purge_two_person')));
grant select on retirement_retirement to lianfang_app;

create or replace function retirement_call(p_column text, p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one record;
    part jsonb;
    found jsonb := '{}';
begin
    for one in select app, case p_column when 'release' then release when 'record' then record else forget end as name
               from retirement_part order by app loop
        if one.name <> '' then
            execute format('select %I($1)', one.name) into part using p_incident;
            found := found || jsonb_build_object(one.app, part);
        end if;
    end loop;
    return found;
end
$$;

-- What still has to be done before data may go: a code of the catalogue and how many.
create or replace function retirement_duties(p_incident smallint) returns table (code text, count bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one record;
begin
    for one in select duties as name from retirement_part where duties <> '' order by app loop
        return query execute format('select d.code, d.count from %I($1) d where d.count > 0', one.name) using p_incident;
    end loop;
end
$$;

create or replace function retirement_on_closed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into retirement_retirement (incident_id, path, closed_at, wait_days, released, record)
        values (new.id, new.path, now(), case when new.drill then 0 else 30 end, '{}', '{}')
        on conflict do nothing;
    update retirement_retirement set released = retirement_call('release', new.id), record = retirement_call('record', new.id)
        where incident_id = new.id;
    return null;
end
$$;
create or replace trigger retirement_closed after update of state on incidents_incident
    for each row when (new.state = 'closed' and old.state <> 'closed') execute function retirement_on_closed();

-- The row, if the caller may end incidents over its area; locked.
create or replace function retirement_mine(p_incident smallint) returns retirement_retirement
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one retirement_retirement%rowtype;
begin
    select * into one from retirement_retirement where incident_id = p_incident for update;
    if (one.incident_id is not null and access_may('other', 'purge_two_person') and one.path >= access_low()
        and one.path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return one;
end
$$;

-- Nobody waits for anything any more: neither asked for nor approved while a duty is open.
create or replace function retirement_expect_no_duties(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    open bigint := (select sum(d.count) from retirement_duties(p_incident) d);
begin
    if open > 0 then
        raise exception using errcode = 'LF409', message = 'retirement.duties_open', detail = json_build_object('count', open)::text;
    end if;
end
$$;

create or replace function retirement_ask(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one retirement_retirement%rowtype := retirement_mine(p_incident);
begin
    if one.asked_at is not null then
        raise exception using errcode = 'LF409', message = 'retirement.asked_already';
    end if;
    if now() < one.closed_at + make_interval(days => one.wait_days) then
        raise exception using errcode = 'LF409', message = 'retirement.too_early', detail = json_build_object('day',
            to_char((one.closed_at + make_interval(days => one.wait_days)) at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI'))::text;
    end if;
    perform retirement_expect_no_duties(p_incident);
    update retirement_retirement set asked_by = access_account(), asked_at = now() where incident_id = p_incident;
end
$$;

create or replace function retirement_approve(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one retirement_retirement%rowtype := retirement_mine(p_incident);
begin
    if one.approved_at is not null then
        raise exception using errcode = 'LF409', message = 'retirement.approved_already';
    end if;
    if one.asked_at is null then
        raise exception using errcode = 'LF409', message = 'retirement.not_asked';
    end if;
    if one.asked_by = access_account() then
        raise exception using errcode = 'LF409', message = 'retirement.same_person';
    end if;
    perform retirement_expect_no_duties(p_incident);
    update retirement_retirement set approved_by = access_account(), approved_at = now() where incident_id = p_incident;
end
$$;

create or replace function retirement_withdraw(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one retirement_retirement%rowtype := retirement_mine(p_incident);
begin
    if one.asked_at is null or one.approved_at is not null then
        raise exception using errcode = 'LF409', message = 'retirement.not_asked';
    end if;
    update retirement_retirement set asked_by = null, asked_at = null where incident_id = p_incident;
end
$$;

-- Duties as the page shows them, for those who may end the incident.
create or replace function retirement_open_duties(p_incident smallint) returns table (code text, count bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform retirement_mine(p_incident);
    return query select d.code, d.count from retirement_duties(p_incident) d;
end
$$;
revoke all on function retirement_call(text, smallint), retirement_duties(smallint), retirement_mine(smallint), retirement_expect_no_duties(smallint) from public;
grant execute on function retirement_ask(smallint), retirement_approve(smallint), retirement_withdraw(smallint),
    retirement_open_duties(smallint) to lianfang_app;
