-- A member's own page. Whoever acts is `workforce_me()`: the member behind a code, or the one an account belongs to. Every
-- function answers for that person only; policies of tables show nothing in the scope `member`.
alter table service_objection enable row level security;
drop policy if exists in_scope on service_objection;
create policy in_scope on service_objection for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'answer_service')));
grant select on service_objection to lianfang_app;
alter table service_consent enable row level security;       -- read by functions only
alter table service_look enable row level security;          -- read by functions only
alter table service_total enable row level security;         -- read by functions only
create index if not exists service_visit_account on rounds_visit (account_id);

-- What stands behind a code, before the question is answered.
create or replace function service_find(p_hash bytea)
    returns table (key_path text, secret bytea, standing text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.key_path::text, s.sealed,
        case when l.revoked_at is not null or m.left_on is not null then 'revoked'
             when l.ends_on < (now() at time zone 'Asia/Shanghai')::date then 'ended'
             when l.locked_until > now() then 'locked' else 'live' end
    from workforce_link l join workforce_member m on m.id = l.member_id left join workforce_secret s on s.member_id = m.id
    where l.code_hash = p_hash
$$;

create or replace function service_tried(p_hash bytea, p_good boolean) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update workforce_link set
        used_at = case when p_good then now() else used_at end,
        failed = case when p_good or failed >= 4 then 0 else failed + 1 end,
        failed_ever = case when p_good then 0 else failed_ever + 1 end,
        locked_until = case when not p_good and failed >= 4 then now() + interval '30 minutes' else locked_until end,
        revoked_at = case when not p_good and failed_ever >= 14 then now() else revoked_at end
    where code_hash = p_hash and revoked_at is null
$$;

create or replace function service_mine() returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    me bigint := workforce_me();
begin
    if me is null then
        raise exception using errcode = 'LF404', message = 'service.nobody';
    end if;
    return me;
end
$$;

create or replace function service_me()
    returns table (id bigint, code bigint, key_path text, sealed bytea, kind text, skills text[], home text, reported text,
                   reported_at timestamptz, agreed boolean, consent_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.id::bigint, m.code::bigint, m.key_path::text, m.sealed, m.kind::text, m.skills,
        coalesce((select a.name from areas_area a where a.path = left(m.home_path, 12)), ''),
        coalesce((select a.name from areas_area a where a.path = left(r.path, 12)), ''), r.registered_at, c.agreed, c.said_at
    from workforce_member m left join workforce_registration r on r.member_id = m.id and r.ended_at is null
    left join service_consent c on c.member_id = m.id
    where m.id = service_mine()
$$;

create or replace function service_memberships()
    returns table (name text, net text, duty text, from_on date, to_on date)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.name::text, s.net::text, s.duty::text, s.from_on, s.to_on
    from workforce_membership s join workforce_organisation o on o.id = s.organisation_id
    where s.member_id = service_mine() order by s.to_on nulls first, s.from_on desc, s.id limit 40
$$;

-- Things due for the member's account in the engines that write to one person.
create or replace function service_tasks()
    returns table (source text, what text, subject text, place text, due_at timestamptz, urgency smallint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select i.source::text, i.what::text, i.subject::text, coalesce((select a.name from areas_area a where a.path = left(i.path, 12)), ''),
        i.due_at, i.urgency
    from worklist_item i join workforce_member m on m.id = service_mine() and m.account_id = i.for_account
    where i.done_at is null order by i.urgency desc, i.due_at nulls last, i.id limit 40
$$;

-- When I can work: said by me, and by nobody else.
create or replace function service_availability()
    returns table (weekday smallint, on_day date, from_minute smallint, to_minute smallint, can_work boolean, stated_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.weekday, a.on_day, a.from_minute, a.to_minute, a.can_work, a.stated_at from workforce_availability a
    where a.member_id = service_mine() and (a.on_day is null or a.on_day >= (now() at time zone 'Asia/Shanghai')::date)
    order by a.weekday, a.on_day, a.from_minute
$$;
create or replace function service_state_availability(p_weekdays smallint[], p_days date[], p_from smallint[], p_to smallint[],
    p_can boolean[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me bigint := service_mine();
begin
    perform 1 from workforce_member where id = me for update;
    delete from workforce_availability where member_id = me;
    insert into workforce_availability (member_id, weekday, on_day, from_minute, to_minute, can_work)
        select me, t.* from unnest(p_weekdays, p_days, p_from, p_to, p_can) as t(weekday, on_day, from_minute, to_minute, can_work);
end
$$;

-- Dual registration: I report to the community whose printed code I hold. An earlier registration elsewhere ends.
create or replace function service_register(p_path text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me bigint := service_mine();
    place text := (select a.name from areas_area a where a.path = p_path and length(a.path) = 12 and a.ended_on is null);
begin
    if place is null then
        raise exception using errcode = 'LF422', message = 'service.home_code_wrong';
    end if;
    perform 1 from workforce_member where id = me for update;
    update workforce_registration set ended_at = now() where member_id = me and ended_at is null and path <> p_path;
    insert into workforce_registration (member_id, path, via) values (me, p_path, 'code') on conflict do nothing;
    perform workforce_place(array[me]);
    return place;
end
$$;

-- Where I might stand: the townships of my home, of where I reported, and of my units' offices; no more than four.
create or replace function service_my_places() returns table (path text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct left(p.path, 9) from workforce_presence p
    where p.member_id = service_mine() and p.why in (1, 2, 5) and length(p.path) >= 6 limit 4
$$;

create or replace function service_playbook(p_incident smallint) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select i.playbook::text from incidents_incident i where i.id = p_incident and workforce_me() is not null
$$;

create or replace function service_agree(p_agreed boolean) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into service_consent as c (member_id, agreed) values (service_mine(), p_agreed)
        on conflict (member_id) do update set agreed = excluded.agreed, said_at = now() where c.agreed <> excluded.agreed
$$;

-- The office's side: codes for members of one's own area or unit; who only serves here has their code from where they belong.
create or replace function service_keeps(p_member bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(access_may('other', 'keep_members') and access_grids() is null and exists (
        select 1 from workforce_presence p where p.member_id = p_member and p.why in (1, 2, 3, 5)
            and p.path >= access_low() and p.path < access_high()
            and coalesce(p.until_on, 'infinity') >= (now() at time zone 'Asia/Shanghai')::date), false)
$$;

create or replace function service_issue(p_members bigint[], p_hashes bytea[], p_ends date) returns setof bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    mine bigint[] := array(select m.id from unnest(p_members) as t(id) join workforce_member m on m.id = t.id and m.left_on is null
                           where service_keeps(m.id));
begin
    if (access_may('other', 'keep_members') and access_grids() is null and access_low() is not null) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    update workforce_link set revoked_at = now() where member_id = any (mine) and revoked_at is null;
    return query
        insert into workforce_link (code_hash, member_id, made_by, ends_on)
            select t.hash, t.member, access_account(), p_ends from unnest(p_members, p_hashes) as t(member, hash)
            where t.member = any (mine) returning member_id::bigint;
    insert into access_event (what, account_id, detail) values ('member_links', access_account(), cardinality(mine)::text);
end
$$;

create or replace function service_links(p_member bigint)
    returns table (id bigint, made_at timestamptz, ends_on date, revoked_at timestamptz, locked_until timestamptz, used_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.id::bigint, l.made_at, l.ends_on, l.revoked_at, l.locked_until, l.used_at from workforce_link l
    where l.member_id = p_member and service_keeps(p_member) order by l.id desc limit 20
$$;

create or replace function service_revoke(p_link bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whose bigint;
begin
    update workforce_link l set revoked_at = now() from workforce_member m
        where l.id = p_link and l.revoked_at is null and m.id = l.member_id and service_keeps(l.member_id) returning m.code into whose;
    if whose is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return whose;
end
$$;

revoke all on function service_find(bytea), service_tried(bytea, boolean), service_mine(), service_me(), service_memberships(),
    service_tasks(), service_availability(), service_state_availability(smallint[], date[], smallint[], smallint[], boolean[]),
    service_register(text), service_my_places(), service_playbook(smallint), service_agree(boolean), service_keeps(bigint), service_issue(bigint[], bytea[], date),
    service_links(bigint), service_revoke(bigint) from public;
grant execute on function service_find(bytea), service_me(), service_memberships(), service_tasks(), service_availability(),
    service_state_availability(smallint[], date[], smallint[], smallint[], boolean[]), service_register(text), service_my_places(),
    service_playbook(smallint), service_agree(boolean), service_issue(bigint[], bytea[], date), service_links(bigint), service_revoke(bigint) to lianfang_app;
grant execute on function service_tried(bytea, boolean) to lianfang_door;
