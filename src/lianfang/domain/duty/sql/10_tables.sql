-- Posts, shifts and slots: who may read them, and what no two rows may say. A member's own reading goes through functions.

-- One member stands in one place at a time, whoever booked them: a range of one number stands in for btree_gist.
do $$
begin
    if not exists (select 1 from pg_constraint where conname = 'duty_slot_one_place') then
        alter table duty_slot add constraint duty_slot_one_place exclude using gist (
            int8range(member_id, member_id, '[]') with &&, tstzrange(starts_at, ends_at) with &&)
            where (state in ('planned', 'published', 'present', 'left'));
    end if;
end
$$;

do $$
declare
    name text;
begin
    foreach name in array array['duty_post', 'duty_shift', 'duty_slot', 'duty_swap', 'duty_attendance', 'duty_reserve', 'duty_upkeep'] loop
        execute format('alter table %I enable row level security', name);
        execute format('drop policy if exists in_scope on %I', name);
        execute format('create policy in_scope on %I for select to lianfang_app using (path >= (select access_low()) '
                       'and path < (select access_high()) and (select access_sees(''shifts'', ''named'')))', name);
        execute format('grant select on %I to lianfang_app', name);
    end loop;
end
$$;
alter table duty_handover enable row level security;        -- sealed words, read through a function

-- Figures follow the rows, whatever wrote them. Buildings are the finest place a figure knows.
create or replace function duty_slot_counts(p_state text, p_starts timestamptz, p_ends timestamptz, p_in timestamptz, p_out timestamptz,
                                            p_first boolean, p_breach text)
    returns table (name text, value bigint) language sql immutable set search_path = public, pg_temp as $$
    select 'duty.filled', 1 where p_state in ('published', 'present', 'left')
    union all select 'duty.present', 1 where p_in is not null and p_state in ('present', 'left')
    union all select 'duty.on_duty', 1 where p_first
    union all select 'duty.no_shows', 1 where p_state = 'no_show'
    union all select 'duty.rest_breaches', 1 where p_breach <> '' and p_state in ('published', 'present', 'left')
    union all select 'duty.hours', greatest(0, round(extract(epoch from least(p_out, p_ends) - greatest(p_in, p_starts)) / 3600))::bigint
        where p_state = 'left' and p_in is not null and p_out is not null
$$;
create or replace function duty_day(p_at timestamptz) returns date
    language sql immutable set search_path = public, pg_temp as $$ select (p_at at time zone 'Asia/Shanghai')::date $$;
revoke all on function duty_slot_counts(text, timestamptz, timestamptz, timestamptz, timestamptz, boolean, text), duty_day(timestamptz)
    from public;

create or replace function duty_slot_figures() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        insert into metrics_delta (name, dim, day, path, value)
            select c.name, '', duty_day(n.starts_at), left(n.path, 16), sum(c.value) from new_rows n
            cross join lateral duty_slot_counts(n.state, n.starts_at, n.ends_at, n.checked_in_at, n.checked_out_at, n.first_of_day, n.breach) c
            group by 1, 3, 4 having sum(c.value) <> 0;
    end if;
    if tg_op in ('UPDATE', 'DELETE') then
        insert into metrics_delta (name, dim, day, path, value)
            select c.name, '', duty_day(o.starts_at), left(o.path, 16), -sum(c.value) from old_rows o
            cross join lateral duty_slot_counts(o.state, o.starts_at, o.ends_at, o.checked_in_at, o.checked_out_at, o.first_of_day, o.breach) c
            group by 1, 3, 4 having sum(c.value) <> 0;
    end if;
    return null;
end
$$;
create or replace function duty_shift_figures() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        insert into metrics_delta (name, dim, day, path, value)
            select 'duty.places', '', duty_day(n.starts_at), left(n.path, 16), sum(n.wanted) from new_rows n
            where n.state = 'published' group by 3, 4;
    end if;
    if tg_op in ('UPDATE', 'DELETE') then
        insert into metrics_delta (name, dim, day, path, value)
            select 'duty.places', '', duty_day(o.starts_at), left(o.path, 16), -sum(o.wanted) from old_rows o
            where o.state = 'published' group by 3, 4;
    end if;
    return null;
end
$$;
create or replace function duty_post_figures() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        insert into metrics_delta (name, dim, day, path, value)
            select 'duty.posts', '', e.day, left(e.path, 16), sum(e.value) from (
                select started_on, path, 1 from new_rows where kind <> 'key_unit'
                union all select ended_on, path, -1 from new_rows where ended_on is not null and kind <> 'key_unit'
            ) as e(day, path, value) group by 3, 4 having sum(e.value) <> 0;
    end if;
    if tg_op in ('UPDATE', 'DELETE') then
        insert into metrics_delta (name, dim, day, path, value)
            select 'duty.posts', '', e.day, left(e.path, 16), -sum(e.value) from (
                select started_on, path, 1 from old_rows where kind <> 'key_unit'
                union all select ended_on, path, -1 from old_rows where ended_on is not null and kind <> 'key_unit'
            ) as e(day, path, value) group by 3, 4 having sum(e.value) <> 0;
    end if;
    return null;
end
$$;
do $$
declare
    name text;
begin
    foreach name in array array['slot', 'shift', 'post'] loop
        execute format('drop trigger if exists figures_in on duty_%1$s', name);
        execute format('create trigger figures_in after insert on duty_%1$s referencing new table as new_rows '
                       'for each statement execute function duty_%1$s_figures()', name);
        execute format('drop trigger if exists figures_change on duty_%1$s', name);
        execute format('create trigger figures_change after update on duty_%1$s referencing new table as new_rows old table as old_rows '
                       'for each statement execute function duty_%1$s_figures()', name);
        execute format('drop trigger if exists figures_out on duty_%1$s', name);
        execute format('create trigger figures_out after delete on duty_%1$s referencing old table as old_rows '
                       'for each statement execute function duty_%1$s_figures()', name);
    end loop;
end
$$;
