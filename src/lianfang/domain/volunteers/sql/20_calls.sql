-- Publishing a call for one community or for many at once, each with its own code, post and shifts; ending one.
create or replace function volunteers_may(p_verb text, p_path text) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (access_may('other', p_verb) and access_grids() is null and p_path >= access_low() and p_path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
end
$$;

create or replace function volunteers_publish(p_code bigint, p_batch bigint, p_path text, p_at text, p_incident smallint, p_role text,
        p_place text, p_skills text[], p_age_from int, p_age_to int, p_first date, p_last date, p_closes timestamptz, p_says text,
        p_insurance text, p_days date[], p_from int[], p_to int[], p_wanted int[], p_kind text, p_post text, p_post_code bigint)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made bigint;
    post bigint;
begin
    perform volunteers_may('publish_call', p_path);
    if length(p_path) <> 12 or not exists (select 1 from areas_area a where a.path = p_path and a.ended_on is null)
            or not starts_with(p_at, p_path) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    post := duty_post_make(jsonb_build_object('path', p_at, 'kind', p_kind, 'name', p_post, 'code', p_post_code, 'incident_id', p_incident,
        'least', 0, 'started_on', p_first));
    insert into volunteers_call (code, batch, path, at_path, incident_id, role, place, skills, age_from, age_to, first_on, last_on,
            closes_at, says, insurance, post_id, places, state, made_by)
        values (p_code, p_batch, p_path, p_at, p_incident, p_role, p_place, p_skills, p_age_from, p_age_to, p_first, p_last, p_closes,
            p_says, p_insurance, post, (select sum(w) from unnest(p_wanted) as w), 'open', access_account()) returning id into made;
    with given as (
        select w.day, w.begins, w.ends, w.wanted, (w.day + w.begins * interval '1 minute') at time zone 'Asia/Shanghai' as starts_at,
            (w.day + w.ends * interval '1 minute') at time zone 'Asia/Shanghai' as ends_at
        from unnest(p_days, p_from, p_to, p_wanted) as w(day, begins, ends, wanted)
    ), shifts as (
        insert into duty_shift (post_id, path, starts_at, ends_at, wanted, skill, leader, state)
            select post, p_at, g.starts_at, g.ends_at, g.wanted, '', false, 'published' from given g returning id, starts_at, ends_at
    )
    insert into volunteers_window (call_id, path, on_day, from_minute, to_minute, wanted, shift_id)
        select made, p_path, g.day, g.begins, g.ends, g.wanted, s.id from given g
        join shifts s on s.starts_at = g.starts_at and s.ends_at = g.ends_at;
    perform volunteers_count('volunteers.calls', p_path, 1);
    return made;
end
$$;

-- What anybody may read of a call by its printed code: no person, only the work.
create or replace function volunteers_call_public(p_code bigint)
    returns table (id bigint, path text, at_path text, role text, place text, skills text[], age_from smallint, age_to smallint,
                   first_on date, last_on date, closes_at timestamptz, says text, insurance text, standing text, places int, community text,
                   township text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select c.id::bigint, c.path::text, c.at_path::text, c.role::text, c.place::text, c.skills, c.age_from, c.age_to, c.first_on, c.last_on,
        c.closes_at, c.says::text, c.insurance::text,
        case when c.state <> 'open' then 'withdrawn' when c.closes_at <= now() or c.last_on < volunteers_today() then 'over' else 'open' end,
        c.places, coalesce((select a.name from areas_area a where a.path = c.path), ''),
        coalesce((select a.name from areas_area a where a.path = left(c.path, 9)), '')
    from volunteers_call c where c.code = p_code
$$;

-- The shifts of a call with the places that are still free.
create or replace function volunteers_windows(p_call bigint)
    returns table (id bigint, on_day date, from_minute smallint, to_minute smallint, wanted smallint, free int, shift_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select w.id::bigint, w.on_day, w.from_minute, w.to_minute, w.wanted, greatest(w.wanted - coalesce(t.taken, 0), 0)::int, w.shift_id
    from volunteers_window w
    left join volunteers_taken(array(select v.shift_id from volunteers_window v where v.call_id = p_call and v.shift_id is not null)) t
        on t.shift_id = w.shift_id
    where w.call_id = p_call order by w.on_day, w.from_minute, w.id
$$;

-- The buildings of a community by name, so that nobody types an address that the office then cannot find.
create or replace function volunteers_buildings(p_code bigint) returns table (path text, name text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select b.path::text, b.name::text from volunteers_call c join areas_building b on b.path >= c.path and b.path < c.path || '~'
    where c.code = p_code and c.state = 'open' order by b.path limit 500
$$;

-- A call is taken back. Accepted people lose their shifts, so whoever does it says that they mean it.
create or replace function volunteers_call_end(p_call bigint, p_release boolean) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_call;
    people int;
begin
    select * into one from volunteers_call c where c.id = p_call for update;
    perform volunteers_may('publish_call', coalesce(one.path, ''));
    if one.state <> 'open' then
        raise exception using errcode = 'LF409', message = 'volunteers.call_withdrawn';
    end if;
    select count(*) into people from volunteers_answer a where a.call_id = p_call and a.state = 'accepted';
    if people > 0 and not p_release then
        raise exception using errcode = 'LF409', message = 'volunteers.call_has_people', detail = jsonb_build_object('people', people)::text;
    end if;
    perform volunteers_release(a.member_id, array(select w.shift_id from volunteers_window w where w.call_id = p_call and w.shift_id is not null))
        from volunteers_answer a where a.call_id = p_call and a.state = 'accepted' and a.member_id is not null;
    update volunteers_answer set state = 'released', decided_at = now(), decided_by = access_account(), asked_next = false,
        left_at = case when state = 'accepted' then now() end
        where call_id = p_call and state in ('new', 'waiting', 'accepted');
    perform volunteers_count('volunteers.accepted', one.path, -people);
    update volunteers_call set state = 'withdrawn', ended_at = now() where id = p_call;
    perform volunteers_close_post(one.post_id);
    perform volunteers_item_done('answers', p_call::text), volunteers_item_done('next', p_call::text);
    return people;
end
$$;
revoke all on function volunteers_may(text, text), volunteers_publish(bigint, bigint, text, text, smallint, text, text, text[], int, int, date,
    date, timestamptz, text, text, date[], int[], int[], int[], text, text, bigint), volunteers_call_public(bigint),
    volunteers_windows(bigint), volunteers_buildings(bigint), volunteers_call_end(bigint, boolean) from public;
grant execute on function volunteers_publish(bigint, bigint, text, text, smallint, text, text, text[], int, int, date, date, timestamptz,
    text, text, date[], int[], int[], int[], text, text, bigint), volunteers_call_public(bigint), volunteers_windows(bigint),
    volunteers_buildings(bigint), volunteers_call_end(bigint, boolean) to lianfang_app;
