-- A mission from the proposal to the return. Both sides agree; between two counties the city agrees as well.
create or replace function missions_propose(p_need bigint, p_team bigint, p_why jsonb, p_relieves bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    need missions_need;
    team missions_team;
    old missions_mission;
    line text;
    size int;
    made bigint;
    far boolean;
    due timestamptz := now() + interval '2 hours';
    link text;
begin
    select * into need from missions_need where id = p_need for share;
    select * into team from missions_team where id = p_team for update;
    perform missions_refuse(need.id is not null and team.id is not null and access_may('other', 'plan')
        and missions_inside(need.path) and missions_inside(team.path));
    if need.state <> 'open' then
        raise exception using errcode = 'LF409', message = 'missions.need_over';
    elsif team.state <> 'ready' then
        raise exception using errcode = 'LF409', message = 'missions.team_not_ready', detail = json_build_object('team', team.name)::text;
    elsif team.kind <> need.kind or not team.skills @> need.skills then
        raise exception using errcode = 'LF422', message = 'missions.team_unfit', detail = json_build_object('team', team.name)::text;
    elsif exists (select 1 from missions_mission m where m.team_id = p_team
                  and m.state in ('proposed', 'accepted', 'sent', 'arrived', 'recalled')) then
        raise exception using errcode = 'LF409', message = 'missions.team_taken', detail = json_build_object('team', team.name)::text;
    end if;
    if p_relieves is not null then
        select * into old from missions_mission m where m.id = p_relieves and m.need_id = p_need and m.state in ('sent', 'arrived');
        perform missions_refuse(old.id is not null);
    end if;
    select 'U' || o.lineage into line from workforce_organisation o where o.id = team.organisation_id;
    select count(*) into size from missions_member t where t.team_id = p_team and t.to_on is null;
    far := need.beyond <> '' or length(team.path) >= 6 and length(need.path) >= 6 and left(team.path, 6) <> left(need.path, 6);
    insert into missions_mission (need_id, team_id, incident_id, kind, team_name, from_path, to_path, beyond, people, across, state, why, relieves,
            until_on, turns, start_minute, proposed_by, ended_why)
        values (p_need, p_team, need.incident_id, team.kind, team.name, team.path, need.path, need.beyond, size, far, 'proposed', p_why,
                p_relieves, need.until_on, 0, 480, access_account(), '') returning id into made;
    insert into missions_seat (path, mission_id) select distinct t.path, made from unnest(array[team.path, line, need.path]) as t(path);
    link := '/missions/' || made || '/';
    perform missions_item('sender', made, team.path, need.incident_id, link, 2, due);
    perform missions_item('receiver', made, need.path, need.incident_id, link, 2, due);
    if far then
        perform missions_item('city', made, left(team.path, 4), need.incident_id, link, 2, due);
    end if;
    return made;
exception when unique_violation then
    raise exception using errcode = 'LF409', message = 'missions.team_taken', detail = json_build_object('team', team.name)::text;
end
$$;

-- The mission, locked, if the caller speaks for a side of it: sender, receiver, city.
create or replace function missions_mine(p_mission bigint, p_side text) returns missions_mission
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_mission;
begin
    select * into one from missions_mission where id = p_mission for update;
    perform missions_refuse(one.id is not null and case p_side
        when 'sender' then missions_sends(one.team_id)
        when 'receiver' then missions_takes(one.to_path)
        when 'city' then access_may('other', 'adopt_plan') and length(access_low()) <= 4 and missions_inside(one.from_path)
            and missions_inside(one.to_path) end);
    return one;
end
$$;

create or replace function missions_agree(p_mission bigint, p_side text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_mission := missions_mine(p_mission, p_side);
    whole boolean;
begin
    if one.state <> 'proposed' or p_side = 'city' and not one.across
       or (case p_side when 'sender' then one.sender_by when 'receiver' then one.receiver_by else one.city_by end) is not null then
        raise exception using errcode = 'LF409', message = 'missions.wrong_state';
    end if;
    update missions_mission m set sender_by = case when p_side = 'sender' then access_account() else m.sender_by end,
        receiver_by = case when p_side = 'receiver' then access_account() else m.receiver_by end,
        city_by = case when p_side = 'city' then access_account() else m.city_by end
        where m.id = p_mission
        returning m.sender_by is not null and m.receiver_by is not null and (not m.across or m.city_by is not null) into whole;
    perform missions_done(p_side, p_mission);
    if whole then
        update missions_mission set state = 'accepted' where id = p_mission;
        perform missions_item('send', p_mission, one.from_path, one.incident_id, '/missions/' || p_mission || '/', 2, now() + interval '4 hours');
    end if;
    return case when whole then 'accepted' else 'proposed' end;
end
$$;

-- Refused by a side, or taken back by whoever may plan: before the team has left.
create or replace function missions_stop(p_mission bigint, p_side text, p_why text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_mission := missions_mine(p_mission, p_side);
begin
    if one.state not in ('proposed', 'accepted') then
        raise exception using errcode = 'LF409', message = 'missions.wrong_state';
    end if;
    update missions_mission set state = 'refused', ended_at = now(), ended_why = p_side || ':' || p_why where id = p_mission;
    perform missions_done(what, p_mission) from unnest(array['sender', 'receiver', 'city', 'send', 'gone']) as t(what);
    perform missions_item('plan', one.need_id, left(one.to_path, 6), one.incident_id, '/missions/plan/', 1, now() + interval '6 hours');
    update worklist_item set done_at = null, done_by = null where source = 'missions' and what = 'plan' and subject = one.need_id::text
        and exists (select 1 from missions_need n where n.id = one.need_id and n.state = 'open');
end
$$;

-- The list is settled and the team leaves: who goes in which turn, seen at the receiving place while it lasts.
create or replace function missions_send(p_mission bigint, p_home bigint[], p_turns int, p_start int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_mission := missions_mine(p_mission, 'sender');
    team missions_team;
    goes bigint[];
begin
    select * into team from missions_team where id = one.team_id for update;
    if one.state <> 'accepted' then
        raise exception using errcode = 'LF409', message = 'missions.wrong_state';
    elsif team.state <> 'ready' then
        raise exception using errcode = 'LF409', message = 'missions.team_not_ready', detail = json_build_object('team', team.name)::text;
    elsif (p_turns between 1 and 4 and p_start between 0 and 1439) is not true then
        raise exception using errcode = 'LF422', message = 'missions.turns_wrong';
    end if;
    select array_agg(t.member_id order by t.lead desc, t.id) into goes from missions_member t join workforce_member m on m.id = t.member_id
        where t.team_id = one.team_id and t.to_on is null and m.left_on is null and t.member_id <> all (p_home);
    if goes is null then
        raise exception using errcode = 'LF422', message = 'missions.nobody_goes';
    end if;
    insert into missions_person (mission_id, member_id, lead, turn, stayed_home)
        select p_mission, t.member_id, t.lead, case when g.at is null then 1 else (g.at - 1) % p_turns + 1 end, g.at is null
        from missions_member t left join unnest(goes) with ordinality as g(member, at) on g.member = t.member_id
        where t.team_id = one.team_id and t.to_on is null;
    update missions_mission set state = 'sent', sent_at = now(), people = cardinality(goes), turns = p_turns, start_minute = p_start
        where id = p_mission;
    update missions_team set state = 'away', since_on = workforce_today() where id = one.team_id;
    perform workforce_serve(goes, array_fill(one.to_path, array[cardinality(goes)]), array_fill(one.until_on + 2, array[cardinality(goes)]));
    perform missions_done('send', p_mission);
    perform missions_done('gone', p_mission);
    perform missions_item('arrive', p_mission, one.to_path, one.incident_id, '/missions/' || p_mission || '/', 1, now() + interval '12 hours');
    perform missions_tell(p_mission, 'go');
    return cardinality(goes);
end
$$;

-- Each person with an account hears about it in their own list.
create or replace function missions_tell(p_mission bigint, p_what text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into worklist_item (incident_id, path, for_role, for_account, what, subject, source, link, urgency, due_at)
        select m.incident_id, g.path, '', w.account_id, p_what, p_mission || ':' || p.member_id, 'missions', '/mine/account/', 1,
            now() + interval '1 day'
        from missions_mission m join missions_person p on p.mission_id = m.id and not p.stayed_home
        join workforce_member w on w.id = p.member_id and w.account_id is not null
        join lateral (select case when a.scope = 'organisation' then 'U' || a.unit else a.path end as path from access_grant a
            where a.account_id = w.account_id and a.starts_at <= now() and (a.ends_at is null or a.ends_at > now())
            order by a.id desc limit 1) g on g.path <> ''
        where m.id = p_mission on conflict do nothing
$$;

create or replace function missions_arrive(p_mission bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_mission := missions_mine(p_mission, 'receiver');
begin
    if one.state <> 'sent' then
        raise exception using errcode = 'LF409', message = 'missions.wrong_state';
    end if;
    update missions_mission set state = 'arrived', arrived_at = now() where id = p_mission;
    perform missions_done('arrive', p_mission);
    perform missions_done('go', p_mission);
    if one.relieves is not null then
        perform missions_call_home(m) from missions_mission m where m.id = one.relieves and m.state in ('sent', 'arrived');
    end if;
end
$$;

create or replace function missions_call_home(p_one missions_mission) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update missions_mission set state = 'recalled', recalled_at = now() where id = (p_one).id;
    perform missions_done('arrive', (p_one).id);
    perform missions_done('go', (p_one).id);
    perform missions_item('back', (p_one).id, (p_one).from_path, (p_one).incident_id, '/missions/' || (p_one).id || '/', 1,
                          now() + interval '1 day');
    perform missions_tell((p_one).id, 'home');
end
$$;
create or replace function missions_recall(p_mission bigint, p_side text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_mission := missions_mine(p_mission, p_side);
begin
    if one.state not in ('sent', 'arrived') then
        raise exception using errcode = 'LF409', message = 'missions.wrong_state';
    end if;
    perform missions_call_home(one);
end
$$;

-- Rest after being away: one day for each week begun (an assumption), at least one. Until then the team is not ready.
create or replace function missions_rest_days(p_from timestamptz, p_to timestamptz) returns int
    language sql immutable set search_path = public, pg_temp as $$
    select greatest(1, ceil(extract(epoch from p_to - p_from) / 604800))::int
$$;
create or replace function missions_return(p_mission bigint) returns date
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one missions_mission := missions_mine(p_mission, 'sender');
    until_day date := workforce_today() + missions_rest_days(one.sent_at, now());
begin
    if one.state not in ('sent', 'arrived', 'recalled') then
        raise exception using errcode = 'LF409', message = 'missions.wrong_state';
    end if;
    update missions_mission set state = 'returned', returned_at = now(), ended_at = now() where id = p_mission;
    update missions_team set state = 'resting', since_on = workforce_today(), rest_until = until_day where id = one.team_id;
    update workforce_presence p set until_on = least(p.until_on, workforce_today()) from missions_person x
        where x.mission_id = p_mission and not x.stayed_home and p.member_id = x.member_id and p.path = one.to_path and p.why = 4;
    perform missions_done(what, p_mission) from unnest(array['arrive', 'back', 'go', 'home', 'gone']) as t(what);
    return until_day;
end
$$;

-- Rested teams are ready again, and needs whose last day is over are closed: every minute, safe to repeat.
create or replace function missions_wake() returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    woken bigint;
begin
    update missions_team set state = 'ready', since_on = workforce_today(), rest_until = null
        where state = 'resting' and rest_until <= workforce_today();
    get diagnostics woken = row_count;
    with over as (update missions_need set state = 'over' where state = 'open' and until_on < workforce_today() returning id)
    update worklist_item w set done_at = now() from over where w.source = 'missions' and w.what = 'plan' and w.subject = over.id::text
        and w.done_at is null;
    return woken;
end
$$;

-- Where a member is sent: for their own page.
create or replace function missions_of_me()
    returns table (id bigint, team text, place text, beyond text, state text, sent_at timestamptz, until_on date, turn smallint, turns smallint,
                   start_minute smallint, lead boolean, leader bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.id::bigint, m.team_name::text, coalesce((select a.name from areas_area a where a.path = m.to_path), '')::text, m.beyond::text,
        m.state::text, m.sent_at, m.until_on, p.turn, m.turns, m.start_minute, p.lead,
        (select l.member_id from missions_person l where l.mission_id = m.id and l.lead limit 1)::bigint
    from missions_person p join missions_mission m on m.id = p.mission_id
    where p.member_id = workforce_me() and not p.stayed_home and m.state in ('sent', 'arrived', 'recalled') order by m.id desc
$$;
revoke all on function missions_propose(bigint, bigint, jsonb, bigint), missions_mine(bigint, text), missions_agree(bigint, text),
    missions_stop(bigint, text, text), missions_send(bigint, bigint[], int, int), missions_tell(bigint, text), missions_arrive(bigint),
    missions_call_home(missions_mission), missions_recall(bigint, text), missions_rest_days(timestamptz, timestamptz),
    missions_return(bigint), missions_wake(), missions_of_me() from public;
grant execute on function missions_propose(bigint, bigint, jsonb, bigint), missions_agree(bigint, text), missions_stop(bigint, text, text),
    missions_send(bigint, bigint[], int, int), missions_arrive(bigint), missions_recall(bigint, text), missions_return(bigint),
    missions_of_me() to lianfang_app;
grant execute on function missions_wake() to lianfang_door;
