-- Founding teams and raising needs.
create or replace function missions_refuse(p_known boolean) returns void
    language plpgsql stable set search_path = public, pg_temp as $$
begin
    if p_known is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
end
$$;
create or replace function missions_inside(p_path text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(p_path collate "C" >= access_low() and p_path collate "C" < access_high(), false) and access_grids() is null
$$;
-- Whoever sends for a team: its base's office or its unit's officer, never the level above both sides.
create or replace function missions_sends(p_team bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select access_may('other', 'send_force') and exists (
        select 1 from missions_team t join workforce_organisation o on o.id = t.organisation_id where t.id = p_team
            and (missions_inside(t.path) and (length(access_low()) > 4 or length(t.path) = 4) or missions_inside('U' || o.lineage)))
$$;
create or replace function missions_takes(p_path text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select access_may('other', 'take_force') and missions_inside(p_path) and (length(access_low()) > 4 or length(p_path) = 4)
$$;

-- One team from one unit: so many of its members, and of the units under it, who are in no other team and can what is asked.
create or replace function missions_found(p_unit bigint, p_name text, p_kind text, p_skills text[], p_people int) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    unit workforce_organisation;
    chosen bigint[];
    made bigint;
begin
    select * into unit from workforce_organisation o where o.id = p_unit and o.dissolved_on is null;
    perform missions_refuse(access_may('other', 'send_force') and unit.id is not null
        and (missions_inside(unit.path) or missions_inside('U' || unit.lineage)));
    select array_agg(f.id order by f.head desc, f.id) into chosen from (
        select m.id, bool_or(s.duty = 'head') as head from workforce_organisation o
        join workforce_membership s on s.organisation_id = o.id and s.to_on is null and s.net = 'work'
        join workforce_member m on m.id = s.member_id and m.left_on is null and m.skills @> p_skills
        where o.lineage >= unit.lineage and o.lineage < unit.lineage || '~'
            and not exists (select 1 from missions_member t where t.member_id = m.id and t.to_on is null)
        group by m.id order by bool_or(s.duty = 'head') desc, m.id limit greatest(p_people, 0)) f;
    if coalesce(cardinality(chosen), 0) < greatest(p_people, 1) then
        raise exception using errcode = 'LF422', message = 'missions.too_few',
            detail = json_build_object('unit', unit.name, 'found', coalesce(cardinality(chosen), 0), 'asked', p_people)::text;
    end if;
    if exists (select 1 from missions_team t where t.path = unit.path and t.name = p_name and t.state <> 'ended') then
        raise exception using errcode = 'LF409', message = 'missions.team_exists', detail = json_build_object('team', p_name)::text;
    end if;
    insert into missions_team (organisation_id, name, kind, path, skills, state, since_on, made_by)
        values (p_unit, p_name, p_kind, unit.path, p_skills, 'ready', workforce_today(), access_account()) returning id into made;
    insert into missions_member (team_id, member_id, lead, from_on)
        select made, t.m, t.at = 1, workforce_today() from unnest(chosen) with ordinality as t(m, at);
    insert into missions_seat (path, team_id) values (unit.path, made), ('U' || unit.lineage, made);
    return made;
end
$$;

create or replace function missions_dissolve(p_team bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    team missions_team;
begin
    perform missions_refuse(missions_sends(p_team));
    select * into team from missions_team where id = p_team for update;
    if team.state = 'ended' or team.state = 'away' or exists (select 1 from missions_mission m where m.team_id = p_team
            and m.state in ('proposed', 'accepted', 'sent', 'arrived', 'recalled')) then
        raise exception using errcode = 'LF409', message = 'missions.team_taken', detail = json_build_object('team', team.name)::text;
    end if;
    update missions_team set state = 'ended', since_on = workforce_today() where id = p_team;
    update missions_member set to_on = workforce_today() where team_id = p_team and to_on is null;
end
$$;

-- Who of a team can go now: not left, not off by their own statement today, not on a post now.
create or replace function missions_who(p_teams bigint[])
    returns table (team_id bigint, member_id bigint, lead boolean, fit text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select t.team_id::bigint, t.member_id::bigint, t.lead,
        case when m.left_on is not null then 'left'
             when exists (select 1 from workforce_availability a where a.member_id = t.member_id and not a.can_work
                          and a.on_day = workforce_today()) then 'off'
             when exists (select 1 from duty_slot s where s.member_id = t.member_id and s.state in ('published', 'present')
                          and s.starts_at <= now() and s.ends_at > now()) then 'busy'
             else 'ready' end
    from missions_member t join workforce_member m on m.id = t.member_id
    where t.team_id = any (p_teams) and t.to_on is null
        and exists (select 1 from missions_seat s where s.team_id = t.team_id and missions_inside(s.path)) and workforce_lists()
    order by t.team_id, t.lead desc, t.id;
end
$$;

-- How many a team has, and how many of them can go now: known to whoever sees the team, also as a figure only.
create or replace function missions_size(p_team bigint) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*)::int from missions_member t where t.team_id = p_team and t.to_on is null
        and workforce_lists() and exists (select 1 from missions_seat s where s.team_id = p_team and missions_inside(s.path))
$$;
create or replace function missions_can(p_team bigint) returns int
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select count(*)::int from missions_who(array[p_team]) w where w.fit = 'ready');
end
$$;

create or replace function missions_raise(p_path text, p_beyond text, p_kind text, p_purpose text, p_skills text[], p_people int,
    p_severity int, p_from date, p_until date, p_incident smallint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made bigint;
begin
    perform missions_refuse(access_may('other', 'call_force') and missions_inside(p_path)
        and exists (select 1 from areas_area a where a.path = p_path and a.ended_on is null));
    if (p_people between 1 and 100000 and p_severity between 1 and 3 and p_until >= p_from and p_until >= workforce_today()
            and p_kind in ('reserve', 'medical')) is not true then
        raise exception using errcode = 'LF422', message = 'missions.need_wrong';
    end if;
    insert into missions_need (path, beyond, kind, purpose, skills, people, severity, from_on, until_on, incident_id, state, raised_on, raised_by)
        values (p_path, p_beyond, p_kind, p_purpose, p_skills, p_people, p_severity, p_from, p_until, p_incident, 'open', workforce_today(),
                access_account()) returning id into made;
    perform missions_item('plan', made, left(p_path, 6), p_incident, '/missions/plan/', 1, now() + interval '6 hours');
    return made;
end
$$;
create or replace function missions_end_need(p_need bigint, p_state text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_need;
begin
    select * into one from missions_need where id = p_need for update;
    perform missions_refuse(one.id is not null and access_may('other', 'call_force') and missions_inside(one.path));
    if one.state <> 'open' then
        raise exception using errcode = 'LF409', message = 'missions.need_over';
    end if;
    update missions_need set state = case when p_state = 'withdrawn' then 'withdrawn' else 'over' end where id = p_need;
    perform missions_done('plan', p_need);
end
$$;

-- Items go to the office of a path, by the level it lies on.
create or replace function missions_office_role(p_path text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when length(p_path) >= 12 then case when exists (select 1 from access_grant g where g.role = 'community_clerk'
            and g.path = left(p_path, 12) and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now()))
            then 'community_clerk' else 'community_head' end
        when length(p_path) = 9 then 'township_dispatcher' when length(p_path) = 6 then 'county_dispatcher' else 'command' end
$$;
create or replace function missions_item(p_what text, p_subject bigint, p_path text, p_incident smallint, p_link text, p_urgency int,
    p_due timestamptz) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency, due_at)
        values (p_incident, p_path, missions_office_role(p_path), p_what, p_subject::text, 'missions', p_link, p_urgency, p_due)
        on conflict do nothing
$$;
create or replace function missions_done(p_what text, p_subject bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update worklist_item set done_at = now(), done_by = access_account()
        where source = 'missions' and what = p_what and done_at is null
            and (subject = p_subject::text or starts_with(subject, p_subject || ':'))
$$;
revoke all on function missions_refuse(boolean), missions_inside(text), missions_sends(bigint), missions_takes(text),
    missions_found(bigint, text, text, text[], int), missions_dissolve(bigint), missions_who(bigint[]), missions_size(bigint), missions_can(bigint),
    missions_raise(text, text, text, text, text[], int, int, date, date, smallint), missions_end_need(bigint, text),
    missions_office_role(text), missions_item(text, bigint, text, smallint, text, int, timestamptz), missions_done(text, bigint) from public;
grant execute on function missions_found(bigint, text, text, text[], int), missions_dissolve(bigint), missions_who(bigint[]), missions_size(bigint), missions_can(bigint),
    missions_raise(text, text, text, text, text[], int, int, date, date, smallint), missions_end_need(bigint, text),
    missions_sends(bigint), missions_takes(text) to lianfang_app;
