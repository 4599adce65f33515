-- Tubes of one merged transaction in which nobody is sampled a second time: tubes, samples, reasons that are settled by
-- them, and the figures. Somebody who was sampled already, or a tube code that is taken, fails on its unique key, and the
-- transaction looks again with `tubes.sql`. A swab names its tube by position. Reasons are looked for person by person only
-- where a round has any, which is asked once. Arrays are unnested in the list of columns: a function in FROM would first write
-- each of them out whole.
with tube as (
    insert into rounds_tube (incident, id, round_id, code, area, size, people, filled_at, account_id)
    select unnest(%(incident)s::int[]), unnest(%(id)s::uuid[]), unnest(%(round)s::int[]), unnest(%(code)s::bigint[]), unnest(%(area)s::text[]),
        unnest(%(size)s::int[]), unnest(%(people)s::bytea[]), unnest(%(at)s::timestamptz[]), unnest(%(account)s::bigint[])
),
first as (
    insert into rounds_sample (incident, round_id, person, path, tube, at)
    select (%(incident)s::int[])[tube]::smallint, (%(round)s::int[])[tube], person, path, (%(id)s::uuid[])[tube],
        (%(at)s::timestamptz[])[tube]
    from (select unnest(%(s_tube)s::int[]) as tube, unnest(%(s_person)s::bigint[]) as person, unnest(%(s_path)s::text[]) as path) as t
),
settled as (
    delete from rounds_not_sampled n
    using unnest(%(s_tube)s::int[], %(s_person)s::bigint[]) as s(tube, person)
    where exists (select from rounds_not_sampled where incident = any (%(incident)s::int[]) and round_id = any (%(round)s::int[]))
        and n.incident = (%(incident)s::int[])[s.tube]::smallint and n.round_id = (%(round)s::int[])[s.tube] and n.person = s.person
    returning n.round_id, n.reason, n.path, n.at
),
figures as (
    insert into metrics_delta (name, dim, day, path, value)
    select unnest(%(f_name)s::text[]), unnest(%(f_dim)s::text[]), unnest(%(f_day)s::date[]), unnest(%(f_path)s::text[]),
        unnest(%(f_value)s::bigint[])
    union all
    select 'rounds.not_sampled', round_id || ':' || reason, (at at time zone 'Asia/Shanghai')::date, left(path, 16), -count(*)
        from settled group by 2, 3, 4
)
select null::uuid, null::bigint where false
