-- Visits of one merged transaction; figures change by the difference between the visit that stood and the one that stands.
-- Rows that existed were locked just before. A row that somebody else inserted since then is a lost race.
with given as (
    select * from unnest(%(incident)s::smallint[], %(round)s::int[], %(household)s::bigint[], %(path)s::text[], %(outcome)s::text[],
        %(done)s::boolean[], %(people)s::smallint[], %(sealed)s::bytea[], %(counted)s::jsonb[], %(at)s::timestamptz[], %(account)s::bigint[])
        as t(incident, round_id, household, path, outcome, done, people, sealed, counted, at, account_id)
),
before as (
    select v.round_id, v.household, v.outcome, v.done, v.people, v.counted, v.path, v.at from rounds_visit v
    join given g using (incident, round_id, household)
),
written as (
    insert into rounds_visit (incident, round_id, household, path, outcome, done, people, sealed, counted, at, account_id)
    select incident, round_id, household, path, outcome, done, people, sealed, counted, at, account_id from given
    on conflict (incident, round_id, household) do update
        set outcome = excluded.outcome, done = excluded.done, people = excluded.people, sealed = excluded.sealed,
            counted = excluded.counted, at = excluded.at,
            account_id = excluded.account_id, version = rounds_visit.version + 1
        where rounds_visit.at <= excluded.at
    returning round_id, household, outcome, done, people, counted, path, at, version = 1 as is_new
),
change as (
    select round_id, outcome, done, people, counted, path, at, 1 as sign from written
    union all
    select b.round_id, b.outcome, b.done, b.people, b.counted, b.path, b.at, -1 from before b join written w using (round_id, household)
),
figures as (
    insert into metrics_delta (name, dim, day, path, value)
    select 'rounds.visited_households', round_id::text, (at at time zone 'Asia/Shanghai')::date, left(path, 16), sum(sign)
        from change where done group by 2, 3, 4
    union all
    select 'rounds.visited_people', round_id::text, (at at time zone 'Asia/Shanghai')::date, left(path, 16), sum(sign * people)
        from change where done group by 2, 3, 4
    union all
    select 'rounds.visits_failed', round_id || ':' || outcome, (at at time zone 'Asia/Shanghai')::date, left(path, 16), sum(sign)
        from change where not done group by 2, 3, 4
    union all
    select 'rounds.answers', round_id || ':' || k.key, (at at time zone 'Asia/Shanghai')::date, left(path, 16), sum(sign * k.value::bigint)
        from change cross join lateral jsonb_each_text(counted) as k where done group by 2, 3, 4
)
select facts_race(count(*)) from written w
where not is_new and not exists (select 1 from before b where b.round_id = w.round_id and b.household = w.household)
