-- The scope `self`: role resident, no area, one person. Everything a resident sees comes through these functions.
alter table selfview_link enable row level security;         -- codes are read by functions only
alter table selfview_objection enable row level security;
drop policy if exists in_scope on selfview_objection;
create policy in_scope on selfview_objection for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'answer_objection')));
grant select on selfview_objection to lianfang_app;

create or replace function selfview_subject() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when s[7] = 'self' and s[3] = 'resident' then s[9]::bigint end from (select access_scope()) as t(s)
$$;

-- What stands behind a code, before the second question is answered: a seal to compare with, and whether it may be tried.
create or replace function selfview_find(p_hash bytea)
    returns table (link_id bigint, path text, secret bytea, born_year smallint, standing text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.id::bigint, p.path::text, s.sealed, p.born_year,
        case when l.revoked_at is not null or p.gone = 2 then 'revoked'
             when l.ends_on < (now() at time zone 'Asia/Shanghai')::date then 'ended'
             when l.locked_until > now() then 'locked' else 'live' end
    from selfview_link l join residents_person p on p.id = l.person_id left join residents_secret s on s.person_id = p.id
    where l.code_hash = p_hash
$$;

create or replace function selfview_tried(p_hash bytea, p_good boolean) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update selfview_link set
        used_at = case when p_good then now() else used_at end,
        failed = case when p_good or failed >= 4 then 0 else failed + 1 end,
        failed_ever = case when p_good then 0 else failed_ever + 1 end,
        locked_until = case when not p_good and failed >= 4 then now() + interval '30 minutes' else locked_until end,
        revoked_at = case when not p_good and failed_ever >= 14 then now() else revoked_at end
    where code_hash = p_hash and revoked_at is null
$$;

create or replace function selfview_enter(p_hash bytea) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom bigint;
    body text;
begin
    select l.person_id into whom from selfview_link l join residents_person p on p.id = l.person_id and p.gone < 2
        where l.code_hash = p_hash and l.revoked_at is null and l.ends_on >= (now() at time zone 'Asia/Shanghai')::date
          and (l.locked_until is null or l.locked_until <= now());
    if whom is null then
        perform set_config('lf.scope', '', true);
        return false;
    end if;
    body := concat_ws('|', 0, 0, 'resident', '-', '-', '-', 'self', '-', whom);
    perform set_config('lf.scope', body || access_mac(body), true);
    return true;
end
$$;

create or replace function selfview_me()
    returns table (code bigint, path text, sealed bytea, secret bytea, sex smallint, born_year smallint, kind smallint, tags smallint[],
                   present boolean, gone smallint, stays text, until_on date, confirmed_on date, door bytea, building text, community text,
                   grid text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.code::bigint, p.path::text, p.sealed, s.sealed, p.sex, p.born_year, p.kind, p.tags, p.present, p.gone,
        (select a.name from areas_area a where a.path = left(p.stay_path, 12)), p.until_on, p.confirmed_on, h.sealed,
        coalesce(b.name, ''), coalesce(c.name, ''), coalesce(g.name, '')
    from residents_person p left join residents_secret s on s.person_id = p.id left join residents_household h on h.path = p.path
    left join areas_building b on b.path = left(p.path, 16) left join areas_area c on c.path = left(p.path, 12)
    left join areas_grid_building gb on gb.path = left(p.path, 16) and gb.net = 'community' and gb.to_on is null
    left join areas_grid g on g.id = gb.grid_id
    where p.id = selfview_subject() and access_sees('self', 'open') limit 1
$$;

-- Who looked: the role and the office, never the colleague's name; what was seen, when and what for.
create or replace function selfview_looks(p_limit int)
    returns table (at timestamptz, role text, office text, purpose text, fields text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.at, l.role::text, coalesce((select a.name from access_grant g join areas_area a on a.path = left(g.path, 12)
            where g.account_id = l.account_id and g.role = l.role order by g.id desc limit 1), ''), l.purpose::text, l.fields::text
    from vault_look l where l.person_id = selfview_subject() and access_sees('looks_at_me', 'open') order by l.at desc limit p_limit
$$;

create or replace function selfview_incidents() returns table (id smallint, name text, state text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select i.id, i.name::text, i.state::text from incidents_incident i join residents_person p on p.id = selfview_subject()
    where i.state in ('open', 'closing', 'closed') and starts_with(p.path, i.path) order by i.id desc limit 20
$$;

-- The tests of one pseudonym an incident. Only the incident's key leads from a person to it.
create or replace function selfview_tests(p_incidents smallint[], p_people bigint[])
    returns table (incident smallint, round text, round_state text, sampled_at timestamptz, result text, result_at timestamptz,
                   pooled boolean, isolation text, reason text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if selfview_subject() is null then
        return;
    end if;
    return query
        select r.incident_id::smallint, r.name::text, r.state::text, coalesce(t.filled_at, s.at), t.result::text, t.result_at,
            coalesce(t.size > 1, false), i.state::text, n.reason::text
        from unnest(p_incidents, p_people) as me(incident, person)
        join rounds_round r on r.incident_id = me.incident and r.kind = 'testing'
        left join rounds_sample s on s.incident = me.incident and s.round_id = r.id and s.person = me.person
        left join rounds_isolation i on i.incident = me.incident and i.round_id = r.id and i.person = me.person
        left join rounds_not_sampled n on n.incident = me.incident and n.round_id = r.id and n.person = me.person
        left join rounds_tube t on t.incident = me.incident and t.id = coalesce(i.retest, s.tube)
        where s.person is not null or n.person is not null or (r.state = 'open' and exists (
            select 1 from residents_person p where p.id = selfview_subject() and starts_with(coalesce(p.stay_path, p.path), r.path)))
        order by r.id desc limit 30;
end
$$;

create or replace function selfview_objections()
    returns table (id bigint, what text, path text, sealed bytea, made_at timestamptz, state text, answer bytea, answered_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id::bigint, o.what::text, o.path::text, o.sealed, o.made_at, o.state::text, o.answer, o.answered_at from selfview_objection o
    where o.person_id = selfview_subject() order by o.id desc limit 30
$$;

create or replace function selfview_object(p_what text, p_sealed bytea) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me residents_person;
    made bigint;
begin
    select * into me from residents_person p where p.id = selfview_subject();
    if me.id is null or not access_may('record', 'own_appeal') then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif (select count(*) from selfview_objection o where o.person_id = me.id and o.state = 'open') >= 5 then
        raise exception using errcode = 'LF409', message = 'selfview.enough_open';
    end if;
    insert into selfview_objection (person_id, path, what, sealed, state) values (me.id, me.path, p_what, p_sealed, 'open') returning id into made;
    insert into worklist_item (path, for_role, what, subject, source, link, urgency, due_at)
        values (left(me.path, 12), residents_office_role(me.path), 'objection', made::text, 'selfview', '/own/objections/' || made || '/', 1,
                now() + interval '3 days');
    return made;
end
$$;

-- The office's side -------------------------------------------------------------------------------------------------

create or replace function selfview_issue(p_people bigint[], p_hashes bytea[], p_ends date) returns setof bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (access_may('other', 'issue_self_link') and access_grids() is null and access_low() is not null) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    update selfview_link l set revoked_at = now(), revoked_by = access_account()
        from residents_person p where p.id = l.person_id and l.person_id = any (p_people) and l.revoked_at is null
          and p.path >= access_low() and p.path < access_high();
    return query
        insert into selfview_link (code_hash, person_id, path, made_by, ends_on)
            select t.hash, p.id, p.path, access_account(), p_ends from unnest(p_people, p_hashes) as t(person, hash)
            join residents_person p on p.id = t.person and p.gone = 0 and p.path >= access_low() and p.path < access_high()
            returning person_id::bigint;
    insert into access_event (what, account_id, detail) values ('self_links', access_account(), cardinality(p_people)::text);
end
$$;

create or replace function selfview_links(p_person bigint)
    returns table (id bigint, made_at timestamptz, ends_on date, revoked_at timestamptz, locked_until timestamptz, used_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.id::bigint, l.made_at, l.ends_on, l.revoked_at, l.locked_until, l.used_at from selfview_link l
    join residents_person p on p.id = l.person_id and p.path >= access_low() and p.path < access_high()
    where l.person_id = p_person and access_may('other', 'issue_self_link') and access_grids() is null order by l.id desc limit 20
$$;

create or replace function selfview_revoke(p_link bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update selfview_link l set revoked_at = now(), revoked_by = access_account() from residents_person p
        where l.id = p_link and p.id = l.person_id and p.path >= access_low() and p.path < access_high() and l.revoked_at is null
          and access_may('other', 'issue_self_link') and access_grids() is null;
    if not found then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
end
$$;

create or replace function selfview_answer(p_objection bigint, p_answer bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update selfview_objection o set state = 'answered', answer = p_answer, answered_by = access_account(), answered_at = now()
        where o.id = p_objection and o.path >= access_low() and o.path < access_high() and access_may('other', 'answer_objection')
          and access_grids() is null;
    if not found then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    update worklist_item w set done_at = now(), done_by = access_account()
        where w.source = 'selfview' and w.what = 'objection' and w.subject = p_objection::text and w.done_at is null;
end
$$;

revoke all on function selfview_subject(), selfview_find(bytea), selfview_tried(bytea, boolean), selfview_enter(bytea), selfview_me(),
    selfview_looks(int), selfview_incidents(), selfview_tests(smallint[], bigint[]), selfview_objections(), selfview_object(text, bytea),
    selfview_issue(bigint[], bytea[], date), selfview_links(bigint), selfview_revoke(bigint), selfview_answer(bigint, bytea) from public;
grant execute on function selfview_subject(), selfview_find(bytea), selfview_enter(bytea), selfview_me(),
    selfview_looks(int), selfview_incidents(), selfview_tests(smallint[], bigint[]), selfview_objections(), selfview_object(text, bytea),
    selfview_issue(bigint[], bytea[], date), selfview_links(bigint), selfview_revoke(bigint), selfview_answer(bigint, bytea) to lianfang_app;
grant execute on function selfview_tried(bytea, boolean) to lianfang_door;
