-- What duty does when its incident ends: posts are given up and nobody is expected any more (which keeps no incident open);
-- counts by township and kind stay in the archive, rows go.
create or replace function duty_end_release(p_incident smallint) returns jsonb
    language sql security definer set search_path = public, pg_temp as $$
    with ended as (update duty_post set ended_on = greatest(started_on, duty_day(now())) where incident_id = p_incident and ended_on is null returning id),
    freed as (update duty_slot s set state = 'released' from duty_post p where p.id = s.post_id and p.incident_id = p_incident
              and s.state in ('planned', 'published') and s.ends_at > now() returning 1)
    select jsonb_build_object('posts', (select count(*) from ended), 'slots', (select count(*) from freed))
$$;
create or replace function duty_end_record(p_incident smallint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('kind', t.kind, 'area', t.area, 'posts', t.posts, 'places', t.places, 'present', t.present,
                                                 'no_shows', t.missed) order by t.area, t.kind), '[]')
    from (
        select p.kind, left(p.path, 9) as area, count(distinct p.id) as posts, count(s.id) as places,
            count(*) filter (where s.checked_in_at is not null) as present, count(*) filter (where s.state = 'no_show') as missed
        from duty_post p left join duty_slot s on s.post_id = p.id where p.incident_id = p_incident group by 1, 2
    ) t
$$;
create or replace function duty_end_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    ids bigint[];
    slots bigint;
begin
    select coalesce(array_agg(id), '{}') into ids from duty_post where incident_id = p_incident;
    delete from duty_swap w using duty_slot s where s.id = w.slot_id and s.post_id = any (ids);
    delete from duty_slot where post_id = any (ids);
    get diagnostics slots = row_count;
    delete from duty_shift where post_id = any (ids);
    delete from duty_handover where post_id = any (ids);
    delete from duty_attendance where post_id = any (ids);
    delete from duty_reserve where post_id = any (ids);
    delete from duty_upkeep where incident_id = p_incident;
    delete from duty_post where id = any (ids);
    return jsonb_build_object('posts', cardinality(ids), 'slots', slots);
end
$$;
revoke all on function duty_end_release(smallint), duty_end_record(smallint), duty_end_forget(smallint) from public;
insert into retirement_part values
    ('duty', 'duty_end_release', '', 'duty_end_record', 'duty_end_forget')
    on conflict (app) do update set release = excluded.release, duties = excluded.duties, record = excluded.record, forget = excluded.forget;
