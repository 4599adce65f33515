-- Teams and missions are seen where their seats are: at the base, in the lineage of the sending unit, at the receiving place.
alter table missions_seat enable row level security;
drop policy if exists in_scope on missions_seat;
create policy in_scope on missions_seat for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select workforce_lists()));
grant select on missions_seat to lianfang_app;
alter table missions_team enable row level security;
drop policy if exists through_seat on missions_team;
create policy through_seat on missions_team for select to lianfang_app using (
    exists (select 1 from missions_seat s where s.team_id = missions_team.id));
grant select on missions_team to lianfang_app;
alter table missions_mission enable row level security;
drop policy if exists through_seat on missions_mission;
create policy through_seat on missions_mission for select to lianfang_app using (
    exists (select 1 from missions_seat s where s.mission_id = missions_mission.id));
grant select on missions_mission to lianfang_app;
alter table missions_member enable row level security;
drop policy if exists through_seat on missions_member;
create policy through_seat on missions_member for select to lianfang_app using (
    (select access_sees('members', 'named')) and exists (select 1 from missions_seat s where s.team_id = missions_member.team_id));
grant select on missions_member to lianfang_app;
alter table missions_person enable row level security;
drop policy if exists through_seat on missions_person;
create policy through_seat on missions_person for select to lianfang_app using (
    (select access_sees('members', 'named')) and exists (select 1 from missions_seat s where s.mission_id = missions_person.mission_id));
grant select on missions_person to lianfang_app;
alter table missions_need enable row level security;
drop policy if exists in_scope on missions_need;
create policy in_scope on missions_need for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select workforce_lists()));
grant select on missions_need to lianfang_app;

-- Figures follow the rows, whatever wrote them; a row counts on the day it came into its state, and leaves on that day again.
create or replace function missions_count(p_name text, p_dim text, p_day date, p_path text, p_value bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into metrics_delta (name, dim, day, path, value) select p_name, p_dim, p_day, p_path, p_value where p_value <> 0
$$;
create or replace function missions_figures() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'missions_team' then
        if tg_op <> 'INSERT' and old.state = 'ready' then
            perform missions_count('missions.teams_ready', old.kind, old.since_on, old.path, -1);
        end if;
        if tg_op <> 'DELETE' and new.state = 'ready' then
            perform missions_count('missions.teams_ready', new.kind, new.since_on, new.path, 1);
        end if;
    elsif tg_table_name = 'missions_need' then
        if tg_op <> 'INSERT' and old.state = 'open' then
            perform missions_count('missions.needs_open', old.kind, old.raised_on, old.path, -1);
        end if;
        if tg_op <> 'DELETE' and new.state = 'open' then
            perform missions_count('missions.needs_open', new.kind, new.raised_on, new.path, 1);
        end if;
    else
        if tg_op <> 'INSERT' and old.state in ('sent', 'arrived', 'recalled') then
            perform missions_count('missions.people_out', '', (old.sent_at at time zone 'Asia/Shanghai')::date, old.to_path, -old.people);
        end if;
        if tg_op <> 'DELETE' and new.state in ('sent', 'arrived', 'recalled') then
            perform missions_count('missions.people_out', '', (new.sent_at at time zone 'Asia/Shanghai')::date, new.to_path, new.people);
        end if;
    end if;
    return null;
end
$$;
create or replace trigger missions_team_figures after insert or update or delete on missions_team
    for each row execute function missions_figures();
create or replace trigger missions_need_figures after insert or update or delete on missions_need
    for each row execute function missions_figures();
create or replace trigger missions_mission_figures after insert or update or delete on missions_mission
    for each row execute function missions_figures();
revoke all on function missions_count(text, text, date, text, bigint), missions_figures() from public;
