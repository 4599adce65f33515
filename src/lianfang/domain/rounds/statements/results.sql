-- Results of one merged transaction: tubes, figures, isolation of the members of positive pools, outcome of re-tests,
-- and what is due now and for whom.
with given as (
    select * from unnest(%(incident)s::smallint[], %(id)s::uuid[], %(round)s::int[], %(area)s::text[], %(result)s::text[],
        %(at)s::timestamptz[], %(day)s::date[]) as t(incident, id, round_id, area, result, at, day)
),
told as (
    update rounds_tube t set result = g.result, result_at = g.at from given g
    where t.incident = g.incident and t.id = g.id and (t.result is null or t.result = 'invalid') and t.result is distinct from g.result
    returning t.id, t.incident, t.round_id, t.code, t.size, t.area, t.result, g.day
),
member as (
    select * from unnest(%(m_incident)s::smallint[], %(m_round)s::int[], %(m_person)s::bigint[], %(m_tube)s::uuid[],
        %(m_size)s::smallint[], %(m_at)s::timestamptz[], %(m_day)s::date[]) as t(incident, round_id, person, tube, size, at, day)
),
home as (
    select m.*, coalesce(s.path, r.path) as path from member m
    join told t on t.id = m.tube
    left join rounds_sample s on s.incident = m.incident and s.round_id = m.round_id and s.person = m.person
    left join rounds_repeat r on r.incident = m.incident and r.round_id = m.round_id and r.person = m.person and r.tube = m.tube
        and s.person is null
),
retested as (
    select * from unnest(%(r_incident)s::smallint[], %(r_round)s::int[], %(r_person)s::bigint[], %(r_tube)s::uuid[], %(r_result)s::text[])
        as t(incident, round_id, person, tube, result)
),
settled as (  -- negative lifts what the pool caused, and only that: who lives with a positive person is their contact
    update rounds_isolation i
    set state = case when r.result = 'positive' then 'positive' when exists (
            select 1 from rounds_isolation p where p.incident = i.incident and p.path = i.path and length(i.path) > 18
                and p.person <> i.person and p.state = 'positive'
            union all
            select 1 from retested x join rounds_isolation p on p.incident = x.incident and p.round_id = x.round_id
                and p.person = x.person and p.retest = x.tube
            where x.result = 'positive' and p.path = i.path and length(i.path) > 18 and p.person <> i.person)
        then 'held' else 'released' end, state_at = now()
    from retested r join told t on t.id = r.tube
    where i.incident = r.incident and i.round_id = r.round_id and i.person = r.person and i.retest = r.tube
        and r.result in ('negative', 'positive') and i.state = 'retested'
    returning i.incident, i.round_id, i.person, i.path, i.state, i.pool, i.retest
),
-- whoever was released before a person of the same household turned out positive is a contact from now on
contacts as (
    update rounds_isolation i set state = 'held', state_at = now()
    from (select distinct p.incident, p.path from retested x join told t on t.id = x.tube
          join rounds_isolation p on p.incident = x.incident and p.round_id = x.round_id and p.person = x.person and p.retest = x.tube
          where x.result = 'positive' and length(p.path) > 18) as home
    where i.incident = home.incident and i.path = home.path and i.state = 'released'
    returning i.person
),
isolated as (
    insert into rounds_isolation (incident, round_id, person, path, pool, state, since)
    select incident, round_id, person, path, tube, case size when 1 then 'positive' else 'isolated' end, at from home h
    where path is not null and not exists (select 1 from retested r join rounds_isolation i
        on i.incident = r.incident and i.round_id = r.round_id and i.person = r.person and i.retest = r.tube
        where r.person = h.person and r.tube = h.tube)
    on conflict do nothing
    returning incident, round_id, person, path, pool, state
),
work as (
    insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency, due_at)
    select incident, left(path, 12), '', 'rounds.isolate_pool', pool || ':' || left(path, 12), 'rounds',
        '/rounds/' || round_id || '/tubes/' || pool || '/', 2, now() + interval '2 hours'
        from isolated where state = 'isolated' group by incident, round_id, pool, left(path, 12)
    union all
    select incident, left(path, 6), 'county_health', 'rounds.positive_person', person::text, 'rounds',
        '/rounds/' || round_id || '/tubes/' || pool || '/', 3, now() + interval '2 hours'
        from (select incident, round_id, person, path, pool from settled where state = 'positive'
              union all select incident, round_id, person, path, pool from isolated where state = 'positive') as p
    on conflict do nothing
),
figures as (
    insert into metrics_delta (name, dim, day, path, value)
    select 'rounds.results_' || result, round_id::text, day, area, count(*) from told group by 1, 2, 3, 4
    union all
    select 'rounds.isolated', i.round_id::text, (now() at time zone 'Asia/Shanghai')::date, left(i.path, 16), count(*)
        from isolated i group by 2, 3, 4
    union all
    select 'rounds.released', s.round_id::text, (now() at time zone 'Asia/Shanghai')::date, left(s.path, 16), count(*)
        from settled s where s.state = 'released' group by 2, 3, 4
    union all
    select 'rounds.positive_people', p.round_id::text, (now() at time zone 'Asia/Shanghai')::date, left(p.path, 16), count(*)
        from (select round_id, path from settled where state = 'positive'
              union all select round_id, path from isolated where state = 'positive') as p group by 2, 3, 4
)
-- somebody else told another result since we looked
select facts_race(count(*)) from given g join rounds_tube t on t.incident = g.incident and t.id = g.id
where t.result is distinct from g.result and not exists (select 1 from told where told.id = g.id)
