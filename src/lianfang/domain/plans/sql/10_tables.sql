-- Plans are for those who plan or adopt: within the area of their grant, by one range on the path.
alter table plans_plan enable row level security;
alter table plans_line enable row level security;
do $$
declare
    name text;
    rights text := '((select access_may(''other'', ''plan'')) or (select access_may(''other'', ''adopt_plan'')) '
                   'or (select access_may(''other'', ''publish_roster'')))';
    within text := 'path >= (select access_low()) and path < (select access_high())';
begin
    foreach name in array array['plans_plan', 'plans_line'] loop
        execute format('drop policy if exists in_scope on %I', name);
        execute format('create policy in_scope on %I to lianfang_app using (%s)', name, within);
        execute format('drop policy if exists for_planners on %I', name);
        execute format('create policy for_planners on %I as restrictive to lianfang_app using (%s)', name, rights);
        execute format('grant select, insert on %I to lianfang_app', name);
        execute format('grant usage on sequence %I to lianfang_app', name || '_id_seq');
    end loop;
end
$$;
grant update (state, inputs, problem, result, status, objective, bound, seconds, summary, reasons, version, read_at, adopted_by, adopted_at,
              ended_by, ended_at, stop_seconds) on plans_plan to lianfang_app;
grant update (target, path, role, amount, reason, values, pinned, edited) on plans_line to lianfang_app;
grant delete on plans_line to lianfang_app;
-- What was adopted stays as it was: lines change only while their plan is being made or looked at.
drop policy if exists while_open_update on plans_line;
create policy while_open_update on plans_line as restrictive for update to lianfang_app using (
    exists (select 1 from plans_plan p where p.id = plan_id and p.state in ('solving', 'proposed')));
drop policy if exists while_open_delete on plans_line;
create policy while_open_delete on plans_line as restrictive for delete to lianfang_app using (
    exists (select 1 from plans_plan p where p.id = plan_id and p.state in ('solving', 'proposed')));
drop policy if exists while_open_insert on plans_line;
create policy while_open_insert on plans_line as restrictive for insert to lianfang_app with check (
    exists (select 1 from plans_plan p where p.id = plan_id and p.state in ('solving', 'proposed')));

-- One adoption at a time for a kind in a city: whoever comes second sees what the first did.
create or replace function plans_lock(p_kind text, p_path text) returns void
    language sql as $$ select pg_advisory_xact_lock(hashtext('plans:' || p_kind), hashtext(left(p_path, 4))) $$;

-- Plans of a kind adopted since a moment over the same ground, above or below; says which, by whom and when, and nothing of what is in them.
create or replace function plans_adopted_since(p_kind text, p_path text, p_since timestamptz)
    returns table (id bigint, path text, adopted_by bigint, adopted_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.id, p.path, p.adopted_by, p.adopted_at from plans_plan p
    where p.kind = p_kind and p.adopted_at > p_since and (starts_with(p.path, p_path) or starts_with(p_path, p.path))
      and p_path >= access_low() and p_path < access_high()
    order by p.adopted_at desc
$$;

-- Tell those whom an adopted plan concerns: offices of areas, offices of units (`U` and a lineage), people with an account.
create or replace function plans_tell(p_plan bigint, p_path text[], p_role text[], p_account bigint[], p_what text[], p_subject text[],
                                      p_link text[], p_urgency smallint[]) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one plans_plan%rowtype;
    told bigint;
begin
    select * into one from plans_plan where id = p_plan;
    if (one.id is not null and one.state = 'adopted' and one.adopted_by = access_account() and one.path >= access_low()
        and one.path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    insert into worklist_item (incident_id, path, for_role, for_account, what, subject, source, link, urgency)
        select one.incident_id, t.path, t.role, t.account, t.what, p_plan || ':' || t.subject, 'plans', t.link, t.urgency
        from unnest(p_path, p_role, p_account, p_what, p_subject, p_link, p_urgency)
            as t(path, role, account, what, subject, link, urgency)
        where left(t.path, 1) = 'U' or starts_with(t.path, one.path)
        on conflict do nothing;
    get diagnostics told = row_count;
    return told;
end
$$;
-- People placed and not placed by adopted plans, counted where they go (who got no place: at the plan's area).
create or replace function plans_count(p_plan bigint, p_sign int) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into metrics_delta (name, dim, day, path, value)
    select case when l.target = '' then 'plans.people_unplaced' else 'plans.people_placed' end, '',
           (p.adopted_at at time zone 'Asia/Shanghai')::date, left(l.path, 12), p_sign * sum(l.amount)::bigint
    from plans_plan p join plans_line l on l.plan_id = p.id
    where p.id = p_plan and p.kind = 'deployment' and p.adopted_at is not null and p.path >= access_low() and p.path < access_high()
      and (access_may('other', 'adopt_plan') or access_may('other', 'publish_roster'))
    group by 1, 3, 4
$$;
revoke all on function plans_lock(text, text), plans_adopted_since(text, text, timestamptz), plans_count(bigint, int),
    plans_tell(bigint, text[], text[], bigint[], text[], text[], text[], smallint[]) from public;
grant execute on function plans_lock(text, text), plans_adopted_since(text, text, timestamptz), plans_count(bigint, int),
    plans_tell(bigint, text[], text[], bigint[], text[], text[], text[], smallint[]) to lianfang_app;
