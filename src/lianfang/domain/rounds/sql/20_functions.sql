-- Freeze what a round expects, counted per building: everybody present in its scope now, or for a screening every home
-- lived in. Opening a round needs the right,
-- and the scope of the caller; counting people does not show them, so the function looks for itself.
create or replace function rounds_freeze(p_round int) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one rounds_round%rowtype;
    counted bigint;
begin
    select * into one from rounds_round where id = p_round;
    if (one.id is not null and access_may('other', 'open_round') and one.path >= access_low()
        and one.path < access_high()) is not true then
        raise exception using errcode = 'LF403', message = 'access.not_allowed';
    end if;
    if one.kind = 'screening' then
        with house as (
            select left(path, 16) as path, count(*) as homes from residents_household
            where path >= one.path and path < one.path || '~' and state = 'lived_in' group by 1
        ), figures as (
            insert into metrics_delta (name, dim, day, path, value)
            select 'rounds.expected_households', p_round::text, (now() at time zone 'Asia/Shanghai')::date, path, homes from house
        )
        select coalesce(sum(homes), 0) into counted from house;
        return counted;
    end if;
    with house as (  -- who stays elsewhere is expected there, not at home
        select left(t.path, 16) as path, sum(t.people)::bigint as people from (
            select path, count(*) as people from residents_person
            where path >= one.path and path < one.path || '~' and present and stay_path is null group by 1
            union all
            select stay_path, count(*) from residents_person
            where stay_path >= one.path and stay_path < one.path || '~' and present and gone = 0 group by 1) t
        group by 1
    ), figures as (
        insert into metrics_delta (name, dim, day, path, value)
        select 'rounds.expected', p_round::text, (now() at time zone 'Asia/Shanghai')::date, path, people from house
    )
    select coalesce(sum(people), 0) into counted from house;
    return counted;
end
$$;
grant execute on function rounds_freeze(int) to lianfang_app;
