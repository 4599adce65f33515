-- Somebody leaves: they are out of their team; where the team is asked for or out, its base is told to look who takes their place.
create or replace function missions_member_leaves() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one record;
begin
    for one in update missions_member t set to_on = new.left_on from missions_team g
            where t.member_id = new.id and t.to_on is null and g.id = t.team_id returning g.id as team, g.path, g.organisation_id loop
        insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency, due_at)
            select m.incident_id, one.path, missions_office_role(one.path), 'gone', m.id || ':' || new.id, 'missions',
                '/missions/' || m.id || '/', 2, now() + interval '6 hours'
            from missions_mission m where m.team_id = one.team and m.state in ('proposed', 'accepted', 'sent', 'arrived')
            on conflict do nothing;
    end loop;
    return null;
end
$$;
create or replace trigger missions_member_leaves after update of left_on on workforce_member
    for each row when (new.left_on is not null and old.left_on is null) execute function missions_member_leaves();

create or replace function missions_fell_open(p_member bigint) returns table (team text, people int, out_now boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    select g.name::text, (select count(*)::int from missions_member o where o.team_id = g.id and o.to_on is null),
        exists (select 1 from missions_mission m where m.team_id = g.id and m.state in ('proposed', 'accepted', 'sent', 'arrived'))
    from missions_member t join missions_team g on g.id = t.team_id and g.state <> 'ended'
    join workforce_member w on w.id = t.member_id and w.left_on is not null
    where t.member_id = p_member and t.to_on = w.left_on and workforce_lists()
$$;
create or replace function missions_knows(p_members bigint[]) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.m from unnest(p_members) as t(m) where workforce_lists() and (
        exists (select 1 from missions_member o where o.member_id = t.m)
        or exists (select 1 from missions_person p where p.member_id = t.m))
$$;
revoke all on function missions_member_leaves(), missions_fell_open(bigint), missions_knows(bigint[]) from public;
grant execute on function missions_fell_open(bigint), missions_knows(bigint[]) to lianfang_app;
create index if not exists missions_member_of_member on missions_member (member_id);
