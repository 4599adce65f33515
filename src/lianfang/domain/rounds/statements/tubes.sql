-- Tubes of one merged transaction: tubes, first samples, repeats, re-tests of positive pools, and the figures. A tube code
-- that somebody took since we looked fails on its unique key. A swab names its tube by position; figures come counted as
-- if nobody were sampled twice, and whoever was is taken off again.
with tube as (
    insert into rounds_tube (incident, id, round_id, code, area, size, people, filled_at, account_id)
    select * from unnest(%(incident)s::int[], %(id)s::uuid[], %(round)s::int[], %(code)s::bigint[], %(area)s::text[],
        %(size)s::int[], %(people)s::bytea[], %(at)s::timestamptz[], %(account)s::bigint[])
),
swab as (
    select (%(incident)s::int[])[tube]::smallint as incident, (%(round)s::int[])[tube] as round_id, person, path,
        (%(id)s::uuid[])[tube] as tube, (%(at)s::timestamptz[])[tube] as at, tube as number
    from unnest(%(s_tube)s::int[], %(s_person)s::bigint[], %(s_path)s::text[]) as t(tube, person, path)
),
first as (
    insert into rounds_sample (incident, round_id, person, path, tube, at)
    select incident, round_id, person, path, tube, at from swab
    on conflict do nothing
    returning incident, round_id, person, tube
),
late as materialized (
    select * from swab s
    where not exists (select 1 from first f where f.round_id = s.round_id and f.person = s.person and f.tube = s.tube)
),
again as (
    insert into rounds_repeat (incident, round_id, person, path, tube, at)
    select incident, round_id, person, path, tube, at from late
    on conflict do nothing
),
retest as (
    update rounds_isolation i set state = 'retested', retest = a.tube, state_at = now()
    from late a
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
    select * from unnest(%(f_name)s::text[], %(f_dim)s::text[], %(f_day)s::date[], %(f_path)s::text[], %(f_value)s::bigint[])
    union all
    select 'rounds.sampled', round_id::text, (%(day)s::date[])[number], left(path, 16), -count(*) from late group by 2, 3, 4
    union all
    select 'rounds.not_sampled', round_id || ':' || reason, (at at time zone 'Asia/Shanghai')::date, left(path, 16), -count(*)
        from settled group by 2, 3, 4
)
select tube, person from late l
where not exists (select 1 from retest r where r.person = l.person and r.tube = l.tube)
