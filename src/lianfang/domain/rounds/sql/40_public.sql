-- What anybody may know about a round without signing in: how far its results are, and what the county says. Counts of
-- the whole round only; nothing of a place below it, nothing of a person.
alter table rounds_answer enable row level security;
drop policy if exists in_scope on rounds_answer;
create policy in_scope on rounds_answer for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()));
drop policy if exists publishes on rounds_answer;
create policy publishes on rounds_answer for insert to lianfang_app with check (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'publish_notice'))
    and said_by = (select access_account()));
grant select, insert on rounds_answer to lianfang_app;
grant usage on sequence rounds_answer_id_seq to lianfang_app;

create or replace function rounds_public()
    returns table (round_id int, name text, place text, playbook text, drill boolean, opened_at timestamptz, tubes bigint,
                   results bigint, oldest timestamptz, answer text, expected_at timestamptz, said_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select r.id, r.name, coalesce(a.name, ''), i.playbook, i.drill, r.opened_at, coalesce(t.tubes, 0), coalesce(t.results, 0), t.oldest,
        coalesce(s.text, ''), s.expected_at, s.said_at
    from rounds_round r
    join incidents_incident i on i.id = r.incident_id and i.state in ('open', 'closing')
    left join areas_area a on a.path = r.path
    left join lateral (
        select count(*) as tubes, count(*) filter (where x.result in ('negative', 'positive')) as results,
            min(x.filled_at) filter (where x.result is null or x.result = 'invalid') as oldest
        from rounds_tube x where x.incident = r.incident_id and x.round_id = r.id) t on true
    left join lateral (select * from rounds_answer n where n.round_id = r.id order by n.id desc limit 1) s on true
    where r.kind = 'testing' and (r.state = 'open' or t.oldest is not null) and r.opened_at > now() - interval '7 days'
    order by r.id desc limit 20
$$;
revoke all on function rounds_public() from public;
grant execute on function rounds_public() to lianfang_app;
