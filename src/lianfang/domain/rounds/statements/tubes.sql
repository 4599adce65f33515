-- Tubes of one merged transaction: tubes, first samples, repeats, re-tests of positive pools, and the figures.
with tube as (
    insert into rounds_tube (incident, id, round_id, code, area, size, people, filled_at, account_id)
    select * from unnest(%(incident)s::smallint[], %(id)s::uuid[], %(round)s::int[], %(code)s::bigint[], %(area)s::text[],
        %(size)s::smallint[], %(people)s::bytea[], %(at)s::timestamptz[], %(account)s::bigint[])
    on conflict do nothing
    returning id
),
swab as (
    select * from unnest(%(s_incident)s::smallint[], %(s_round)s::int[], %(s_person)s::bigint[], %(s_path)s::text[],
        %(s_tube)s::uuid[], %(s_at)s::timestamptz[], %(s_day)s::date[]) as t(incident, round_id, person, path, tube, at, day)
),
first as (
    insert into rounds_sample (incident, round_id, person, path, tube, at)
    select incident, round_id, person, path, tube, at from swab
    on conflict do nothing
    returning incident, round_id, person, path, tube
),
again as (
    insert into rounds_repeat (incident, round_id, person, path, tube, at)
    select s.incident, s.round_id, s.person, s.path, s.tube, s.at from swab s
    where not exists (select 1 from first f where f.round_id = s.round_id and f.person = s.person and f.tube = s.tube)
    on conflict do nothing
    returning incident, round_id, person, tube
),
retest as (
    update rounds_isolation i set state = 'retested', retest = a.tube, state_at = now()
    from again a
    where i.incident = a.incident and i.round_id = a.round_id and i.person = a.person and i.state in ('isolated', 'retested')
    returning i.person, a.tube
),
settled as (
    delete from rounds_not_sampled n using first f
    where n.incident = f.incident and n.round_id = f.round_id and n.person = f.person
    returning n.round_id, n.reason, n.path, n.at
),
figures as (
    insert into metrics_delta (name, dim, day, path, value)
    select 'rounds.sampled', s.round_id::text, s.day, left(f.path, 16), count(*)
        from first f join swab s using (round_id, person, tube) group by 2, 3, 4
    union all
    select 'rounds.tubes', r::text, d, a, count(*)
        from unnest(%(round)s::int[], %(day)s::date[], %(area)s::text[]) as t(r, d, a) group by 2, 3, 4
    union all
    select 'rounds.not_sampled', round_id || ':' || reason, (at at time zone 'Asia/Shanghai')::date, left(path, 16), -count(*)
        from settled group by 2, 3, 4
)
select 'tube', id, null::bigint from tube
union all
select 'repeat', a.tube, a.person from again a
    where not exists (select 1 from retest r where r.person = a.person and r.tube = a.tube)
