-- What pairings do when their incident ends: nobody answers any more, counts by community stay, rows go.
create or replace function pairings_end_release(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    over bigint[];
begin
    select coalesce(array_agg(id), '{}') into over from pairings_pairing where incident_id = p_incident and ended_on is null;
    update pairings_pairing set ended_on = greatest(pairings_today(), from_on), ended_why = 'incident' where id = any (over);
    perform pairings_close(array(select q.id from pairings_part q where q.pairing_id = any (over) and q.ended_on is null), pairings_today(), 'incident');
    perform pairings_settle(over);
    perform pairings_publish('', '~');
    return jsonb_build_object('pairings', cardinality(over));
end
$$;

create or replace function pairings_end_duties(p_incident smallint) returns table (code text, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'retirement.duty_round', 0::bigint where false  -- answering for a place ends with its incident; nobody is kept waiting by it
$$;

create or replace function pairings_end_record(p_incident smallint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('template', t.template, 'area', t.area, 'pairings', t.pairings, 'people', t.people)
                              order by t.template, t.area), '[]')
    from (select p.template, left(p.path, 12) as area, count(distinct p.id) as pairings, count(distinct q.member_id) as people
          from pairings_pairing p left join pairings_part q on q.pairing_id = p.id where p.incident_id = p_incident group by 1, 2) t
$$;

create or replace function pairings_end_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    parts bigint;
    gone bigint;
begin
    delete from pairings_part q using pairings_pairing p where p.id = q.pairing_id and p.incident_id = p_incident;
    get diagnostics parts = row_count;
    delete from pairings_pairing where incident_id = p_incident;
    get diagnostics gone = row_count;
    perform pairings_publish('', '~');
    return jsonb_build_object('pairings', gone, 'parts', parts);
end
$$;
revoke all on function pairings_end_release(smallint), pairings_end_duties(smallint), pairings_end_record(smallint),
    pairings_end_forget(smallint) from public;
insert into retirement_part values
    ('pairings', 'pairings_end_release', 'pairings_end_duties', 'pairings_end_record', 'pairings_end_forget')
    on conflict (app) do update set release = excluded.release, duties = excluded.duties, record = excluded.record, forget = excluded.forget;
