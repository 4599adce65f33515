-- What every two-person step checks, once: the right and the places, the state, and that it is somebody else.
create or replace function incidents_require(p_verbs text[], variadic p_paths text[]) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    -- "is not true": a place that is null (nothing there) is refused like one outside
    if (select bool_or(access_may('other', v)) from unnest(p_verbs) as v) is not true
        or (select bool_and(p collate "C" >= access_low() and p collate "C" < access_high()) from unnest(p_paths) as p) is not true
        or array_position(p_paths, null) is not null then
        raise exception using errcode = 'LF403', message = 'access.refused';
    end if;
end
$$;

create or replace function incidents_expect(p_holds boolean, p_otherwise text) returns void
    language plpgsql immutable set search_path = public, pg_temp as $$
begin
    if p_holds is not true then
        raise exception using errcode = 'LF409', message = p_otherwise;
    end if;
end
$$;

create or replace function incidents_second_person(p_first bigint) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if p_first = access_account() then
        raise exception using errcode = 'LF409', message = 'incident.same_person';
    end if;
end
$$;

-- Called only from the functions of this app, which run as the owner.
revoke all on function incidents_require(text[], text[]), incidents_expect(boolean, text), incidents_second_person(bigint) from public;
