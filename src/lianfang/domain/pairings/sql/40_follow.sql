-- What happens elsewhere and ends a pairing's parts at once: a member leaves, a unit is dissolved. No place stands empty unseen.
create or replace function pairings_follow_member() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pairings_close(array(select q.id from pairings_part q where q.member_id = new.id and q.ended_on is null), new.left_on, 'left');
    return null;
end
$$;
drop trigger if exists pairings_follow_member on workforce_member;
create trigger pairings_follow_member after update of left_on on workforce_member
    for each row when (new.left_on is not null and old.left_on is null) execute function pairings_follow_member();

create or replace function pairings_follow_unit() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pairings_close(array(select q.id from pairings_part q where q.organisation_id = new.id and q.ended_on is null), new.dissolved_on, 'dissolved');
    perform pairings_publish_at(array[new.path]);
    return null;
end
$$;
drop trigger if exists pairings_follow_unit on workforce_organisation;
create trigger pairings_follow_unit after update of dissolved_on on workforce_organisation
    for each row when (new.dissolved_on is not null and old.dissolved_on is null) execute function pairings_follow_unit();

-- Every minute: terms that are over end; figures follow the places that came and went; an office whose neighbours have been
-- paired hears once how many of its own places still have nobody.
create or replace function pairings_sweep() returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    over bigint[];
    parts bigint[];
begin
    select array_agg(q.id) into parts from pairings_part q where q.ended_on is null and q.until_on < pairings_today();
    if parts is not null then
        perform pairings_close(parts, pairings_today(), 'term');
    end if;
    select array_agg(p.id) into over from pairings_pairing p where p.ended_on is null and p.until_on < pairings_today();
    if over is not null then
        update pairings_pairing set ended_on = pairings_today(), ended_why = 'term' where id = any (over);
        perform pairings_close(array(select q.id from pairings_part q where q.pairing_id = any (over) and q.ended_on is null), pairings_today(), 'term');
        perform pairings_settle(over);
    end if;
    perform pairings_publish('', '~');
    perform pairings_remind();
    return coalesce(cardinality(parts), 0) + coalesce(cardinality(over), 0);
end
$$;

create or replace function pairings_remind() returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    create temporary table if not exists pairings_due (subject text, path text, role text, kind text, left_over bigint) on commit drop;
    truncate pairings_due;
    insert into pairings_due
        select o.path || ':' || f.dim, o.path, pairings_office(f.dim), f.dim, sum(f.value) filter (where f.name = 'pairings.orphans')
        from pairings_figure f
        cross join lateral (select left(f.path, case when pairings_office(f.dim) = 'community_head' then 12 else 9 end) as path) o
        where f.dim in (select distinct p.target_kind from pairings_pairing p where p.ended_on is null)
          and length(f.path) >= case when pairings_office(f.dim) = 'community_head' then 12 else 9 end
          and exists (select 1 from pairings_pairing p where p.ended_on is null and p.target_kind = f.dim
                      and p.path >= left(f.path, 6) and p.path < left(f.path, 6) || '~')
        group by 1, 2, 3, 4;
    update worklist_item w set done_at = now() from pairings_due d
        where w.source = 'pairings' and w.what = 'orphans' and w.subject = d.subject and w.done_at is null and coalesce(d.left_over, 0) = 0;
    update worklist_item w set done_at = null, done_by = null from pairings_due d
        where w.source = 'pairings' and w.what = 'orphans' and w.subject = d.subject and w.done_at is not null and d.left_over > 0;
    insert into worklist_item (path, for_role, what, subject, source, link, urgency)
        select d.path, d.role, 'orphans', d.subject, 'pairings', '/pairings/orphans/' || rpad(d.path, 12, '0') || '/?kind=' || d.kind, 0
        from pairings_due d where d.left_over > 0 on conflict do nothing;
end
$$;
revoke all on function pairings_follow_member(), pairings_follow_unit(), pairings_sweep(), pairings_remind() from public;
grant execute on function pairings_sweep() to lianfang_door;

-- The acting member's own pairings, by their code or their account; the unit's, for who answers for its people.
create or replace function pairings_of_member(p_member bigint) returns table (
    part bigint, pairing bigint, template text, incident_id smallint, target_kind text, path text, target_id bigint, share text, item text,
    from_on date, until_on date, ended_on date, note bytea)
    language sql stable security definer set search_path = public, pg_temp as $$
    select q.id, p.id, p.template, p.incident_id, p.target_kind, p.path, p.target_id, p.share, q.item, q.from_on,
        coalesce(q.until_on, p.until_on), q.ended_on, q.note
    from pairings_part q join pairings_pairing p on p.id = q.pairing_id
    where q.member_id = p_member and (p_member = workforce_me() or exists (
        select 1 from workforce_presence s where s.member_id = p_member and s.path >= access_low() and s.path < access_high()
          and access_sees('members', 'named')))
    order by q.ended_on is not null, p.path, q.id
$$;
create or replace function pairings_of_unit(p_unit bigint) returns table (
    part bigint, pairing bigint, template text, incident_id smallint, target_kind text, path text, target_id bigint, share text, item text,
    member_id bigint, organisation_id bigint, from_on date, until_on date, due_on date, done_on date, lacks text[])
    language sql stable security definer set search_path = public, pg_temp as $$
    select q.id, p.id, p.template, p.incident_id, p.target_kind, p.path, p.target_id, p.share, q.item, q.member_id, q.organisation_id,
        q.from_on, coalesce(q.until_on, p.until_on), q.due_on, q.done_on, p.lacks
    from pairings_pairing p join pairings_part q on q.pairing_id = p.id and q.ended_on is null
    where p.ended_on is null and p.target_kind <> 'person' and exists (
            select 1 from workforce_seat s where s.organisation_id = p_unit and s.path >= access_low() and s.path < access_high()
            and (access_sees('members', 'named')))
      and (q.organisation_id = p_unit
           or q.member_id in (select m.member_id from workforce_membership m where m.organisation_id = p_unit and m.to_on is null)
           or q.kind = 'commitment' and exists (select 1 from pairings_part u where u.pairing_id = p.id and u.ended_on is null
                                                and u.organisation_id = p_unit))
    order by p.path, p.id, q.id
$$;
revoke all on function pairings_of_member(bigint), pairings_of_unit(bigint) from public;
grant execute on function pairings_of_member(bigint), pairings_of_unit(bigint) to lianfang_app;
