-- Reasons for not being sampled; somebody who was sampled meanwhile keeps the sample, a newer reason replaces an older one.
-- Rows that existed were locked just before. A row that somebody else inserted since then is a lost race.
with given as (
    select * from unnest(%(incident)s::smallint[], %(round)s::int[], %(person)s::bigint[], %(path)s::text[], %(reason)s::text[],
        %(at)s::timestamptz[], %(account)s::bigint[]) as t(incident, round_id, person, path, reason, at, account_id)
),
open as (
    select g.* from given g where not exists (
        select 1 from rounds_sample s where s.incident = g.incident and s.round_id = g.round_id and s.person = g.person)
),
before as (
    select n.round_id, n.person, n.reason, n.path, n.at from rounds_not_sampled n join open o using (incident, round_id, person)
),
written as (
    insert into rounds_not_sampled (incident, round_id, person, path, reason, at, account_id)
    select incident, round_id, person, path, reason, at, account_id from open
    on conflict (incident, round_id, person) do update
        set reason = excluded.reason, at = excluded.at, account_id = excluded.account_id, version = rounds_not_sampled.version + 1, path = excluded.path
        where rounds_not_sampled.at <= excluded.at
    returning round_id, person, path, reason, at, version = 1 as is_new
),
figures as (
    insert into metrics_delta (name, dim, day, path, value)
    select 'rounds.not_sampled', w.round_id || ':' || w.reason, (w.at at time zone 'Asia/Shanghai')::date, left(w.path, 16), count(*)
        from written w group by 2, 3, 4
    union all
    select 'rounds.not_sampled', b.round_id || ':' || b.reason, (b.at at time zone 'Asia/Shanghai')::date, left(b.path, 16), -count(*)
        from before b join written w using (round_id, person) group by 2, 3, 4
)
select facts_race(count(*)) from written w
where not is_new and not exists (select 1 from before b where b.round_id = w.round_id and b.person = w.person)
