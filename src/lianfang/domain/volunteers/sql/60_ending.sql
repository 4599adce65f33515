-- What volunteers do when their incident ends: take open calls back, keep counts by community, forget who answered. The rows stay as
-- numbers without the incident, so that the figures of volunteers can be counted again; offers to serve belong to no incident.
create or replace function volunteers_end_release(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    calls bigint;
    people bigint;
begin
    insert into metrics_delta (name, dim, day, path, value)
        select 'volunteers.accepted', '', volunteers_today(), a.path, -count(*) from volunteers_answer a
        join volunteers_call c on c.id = a.call_id and c.incident_id = p_incident and c.state = 'open'
        where a.state = 'accepted' group by a.path;
    update volunteers_answer a set state = 'released', decided_at = now(), asked_next = false,
            left_at = case when a.state = 'accepted' then now() end
        from volunteers_call c where c.id = a.call_id and c.incident_id = p_incident and c.state = 'open'
            and a.state in ('new', 'waiting', 'accepted');
    get diagnostics people = row_count;
    update worklist_item w set done_at = now() from volunteers_call c where c.incident_id = p_incident and w.source = 'volunteers'
        and w.what in ('answers', 'next') and w.subject = c.id::text and w.done_at is null;
    update volunteers_call set state = 'withdrawn', ended_at = now() where incident_id = p_incident and state = 'open';
    get diagnostics calls = row_count;
    return jsonb_build_object('calls', calls, 'volunteers', people);
end
$$;

create or replace function volunteers_end_duties(p_incident smallint) returns table (code text, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$ select ''::text, 0::bigint where false $$;

create or replace function volunteers_end_record(p_incident smallint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('role', t.role, 'area', t.path, 'calls', t.calls, 'places', t.places, 'answers', t.answers,
            'accepted', t.accepted) order by t.path, t.role), '[]')
    from (select c.role, c.path, count(*) as calls, sum(c.places) as places, sum(n.answers) as answers, sum(n.accepted) as accepted
          from volunteers_call c cross join lateral (select count(*) as answers, count(a.accepted_at) as accepted
              from volunteers_answer a where a.call_id = c.id) n
          where c.incident_id = p_incident group by c.role, c.path) t
$$;

create or replace function volunteers_end_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    those bigint[];
    calls bigint;
begin
    select coalesce(array_agg(a.id), '{}') into those from volunteers_answer a join volunteers_call c on c.id = a.call_id
        where c.incident_id = p_incident and a.destroyed_at is null;
    delete from volunteers_hours h where h.answer_id = any (those);
    delete from volunteers_word w where w.answer_id = any (those);
    update volunteers_answer set sealed = null, blind = null, code_hash = null, home_path = '', born_year = null, skills = '{}', thanks = null,
        member_id = null, destroyed_at = now() where id = any (those);
    update volunteers_call set incident_id = null, says = '' where incident_id = p_incident;
    get diagnostics calls = row_count;
    return jsonb_build_object('volunteer_answers', cardinality(those), 'volunteer_calls', calls);
end
$$;
revoke all on function volunteers_end_release(smallint), volunteers_end_duties(smallint), volunteers_end_record(smallint),
    volunteers_end_forget(smallint) from public;
insert into retirement_part values
    ('volunteers', 'volunteers_end_release', 'volunteers_end_duties', 'volunteers_end_record', 'volunteers_end_forget')
    on conflict (app) do update set release = excluded.release, duties = excluded.duties, record = excluded.record, forget = excluded.forget;
