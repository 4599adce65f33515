-- Offers to serve: addressed to a township or county, matched with calls that lack people, agreed by both sides or declined.
create or replace function volunteers_my_unit(p_organisation bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select ('U' || o.lineage) collate "C" >= access_low() and ('U' || o.lineage) collate "C" < access_high()
        from workforce_organisation o where o.id = p_organisation and o.dissolved_on is null), false)
$$;

-- The office that answers offers of an area: its township where somebody works there, else its county.
create or replace function volunteers_offer_role(p_path text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when length(p_path) >= 9 and exists (select 1 from access_grant g where g.role = 'township_dispatcher'
        and g.path = left(p_path, 9) and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now()))
        then 'township_dispatcher' else 'county_dispatcher' end
$$;
create or replace function volunteers_offer_place(p_path text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when volunteers_offer_role(p_path) = 'township_dispatcher' then left(p_path, 9) else left(p_path, 6) end
$$;

create or replace function volunteers_offer_put(p_path text, p_organisation bigint, p_hash bytea, p_sealed bytea, p_blind bytea, p_people int,
        p_skills text[], p_first date, p_last date, p_from int, p_to int, p_home text)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at text := left(p_path, 9);
    made bigint;
begin
    if length(p_path) not in (6, 9, 12) or not exists (select 1 from areas_area a where a.path = p_path and a.ended_on is null) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif p_organisation is not null and not (access_may('other', 'answer_call') and volunteers_my_unit(p_organisation)) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif p_organisation is null and p_hash is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif p_organisation is null and (select count(*) from volunteers_offer o where o.path = at and o.made_at > now() - interval '1 minute') >= 120 then
        raise exception using errcode = 'LF429', message = 'volunteers.too_many';
    end if;
    insert into volunteers_offer (path, organisation_id, code_hash, sealed, blind, people, skills, first_on, last_on, from_minute, to_minute,
            home_path, state, made_by)
        values (at, p_organisation, p_hash, p_sealed, p_blind, p_people, p_skills, p_first, p_last, p_from, p_to, p_home, 'new', access_account())
        on conflict do nothing returning id into made;
    if made is null then
        raise exception using errcode = 'LF409', message = 'volunteers.offered_already';
    end if;
    perform volunteers_count('volunteers.offers', at, 1);
    perform volunteers_item(volunteers_offer_place(at), volunteers_offer_role(at), 'offer', made::text, '/volunteers/offers/' || made || '/', 1,
        interval '2 days');
    return made;
end
$$;

create or replace function volunteers_hold_offer(p_offer bigint) returns volunteers_offer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_offer;
begin
    select o.* into one from volunteers_offer o where o.id = p_offer for update;
    perform volunteers_may('match_offer', coalesce(one.path, ''));
    if one.state not in ('new', 'proposed') then
        raise exception using errcode = 'LF409', message = 'volunteers.decided_already';
    end if;
    return one;
end
$$;

create or replace function volunteers_offer_decline(p_offer bigint, p_thanks bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_offer := volunteers_hold_offer(p_offer);
begin
    update volunteers_offer set state = 'declined', thanks = p_thanks, decided_at = now(), decided_by = access_account() where id = p_offer;
    update volunteers_match set state = 'refused' where offer_id = p_offer and state = 'asked';
    perform volunteers_item_done('offer', p_offer::text);
end
$$;

-- The dispatcher means an offer for a call: both sides are asked.
create or replace function volunteers_match_make(p_offer bigint, p_call bigint, p_people int, p_reason text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_offer := volunteers_hold_offer(p_offer);
    at volunteers_call;
    made bigint;
begin
    select c.* into at from volunteers_call c where c.id = p_call;
    perform volunteers_may('match_offer', coalesce(at.path, ''));
    if at.state <> 'open' or at.closes_at <= now() then
        raise exception using errcode = 'LF409', message = 'volunteers.call_over';
    elsif p_people < 1 or p_people > one.people then
        raise exception using errcode = 'LF422', message = 'volunteers.people_wrong';
    end if;
    insert into volunteers_match (offer_id, call_id, path, people, reason, state, made_by)
        values (p_offer, p_call, at.path, p_people, p_reason, 'asked', access_account()) on conflict do nothing returning id into made;
    if made is null then
        raise exception using errcode = 'LF409', message = 'volunteers.matched_already';
    end if;
    update volunteers_offer set state = 'proposed' where id = p_offer;
    perform volunteers_item_done('offer', p_offer::text);
    perform volunteers_ask_sides(made);
    return made;
end
$$;

create or replace function volunteers_ask_sides(p_match bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one record;
begin
    select m.*, o.organisation_id, u.lineage into one from volunteers_match m join volunteers_offer o on o.id = m.offer_id
        left join workforce_organisation u on u.id = o.organisation_id where m.id = p_match;
    if one.place_at is null then
        perform volunteers_item(one.path, residents_office_role(one.path), 'match', one.id::text, '/volunteers/calls/' || one.call_id || '/', 1,
            interval '1 day');
    end if;
    if one.offerer_at is null and one.lineage is not null then
        perform volunteers_item('U' || one.lineage, 'sending_unit_officer', 'asked', one.id::text, '/volunteers/unit/', 1, interval '1 day');
    end if;
end
$$;

-- One side says yes or no. p_hash: the code of a person who offered; without it the unit's officer or the office of the place.
create or replace function volunteers_match_answer(p_match bigint, p_side text, p_yes boolean, p_hash bytea) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_match;
    offer volunteers_offer;
begin
    select m.* into one from volunteers_match m where m.id = p_match for update;
    select o.* into offer from volunteers_offer o where o.id = one.offer_id for update;
    if p_side = 'place' then
        perform volunteers_may('settle_answer', coalesce(one.path, ''));
    elsif (offer.code_hash = p_hash and offer.organisation_id is null
            or access_may('other', 'answer_call') and volunteers_my_unit(offer.organisation_id)) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if one.state <> 'asked' then
        raise exception using errcode = 'LF409', message = 'volunteers.decided_already';
    elsif (select c.state from volunteers_call c where c.id = one.call_id) <> 'open' then
        raise exception using errcode = 'LF409', message = 'volunteers.call_withdrawn';
    end if;
    if p_side = 'place' then
        perform volunteers_item_done('match', p_match::text);
    else
        perform volunteers_item_done('asked', p_match::text);
    end if;
    if not p_yes then
        update volunteers_match set state = 'refused' where id = p_match;
        update volunteers_offer o set state = 'new' where o.id = one.offer_id
            and not exists (select 1 from volunteers_match m where m.offer_id = o.id and m.state <> 'refused');
        perform volunteers_item(volunteers_offer_place(offer.path), volunteers_offer_role(offer.path), 'offer', one.offer_id::text,
            '/volunteers/offers/' || one.offer_id || '/', 1, interval '2 days');
        return 'refused';
    end if;
    update volunteers_match set place_at = case when p_side = 'place' then now() else place_at end,
        offerer_at = case when p_side = 'place' then offerer_at else now() end where id = p_match returning * into one;
    if one.place_at is null or one.offerer_at is null then
        return 'asked';
    end if;
    update volunteers_match set state = 'agreed' where id = p_match;
    update volunteers_offer set state = 'agreed', decided_at = now() where id = one.offer_id;
    if offer.organisation_id is null then
        perform volunteers_offer_becomes_answer(one, offer);
    else
        perform volunteers_item('U' || u.lineage, 'sending_unit_officer', 'nominate', p_match::text, '/volunteers/unit/' || p_match || '/', 1,
            interval '1 day') from workforce_organisation u where u.id = offer.organisation_id;
    end if;
    return 'agreed';
end
$$;

-- A person's offer, agreed by both sides, stands among the answers of the call, with its hours and its code.
create or replace function volunteers_offer_becomes_answer(p_match volunteers_match, p_offer volunteers_offer) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made bigint;
begin
    insert into volunteers_answer (call_id, path, code_hash, sealed, blind, home_path, distance, skills, state, via, asked_next)
        select p_match.call_id, p_match.path, p_offer.code_hash, p_offer.sealed, p_offer.blind, p_offer.home_path,
            volunteers_distance(p_offer.home_path, c.at_path), p_offer.skills, 'new', 'offer', false
        from volunteers_call c where c.id = p_match.call_id on conflict do nothing returning id into made;
    if made is null then  -- they had answered this call themselves
        return null;
    end if;
    insert into volunteers_hours (answer_id, path, on_day, from_minute, to_minute)
        select distinct made, p_match.path, w.on_day, p_offer.from_minute, p_offer.to_minute from volunteers_window w
        where w.call_id = p_match.call_id and w.on_day between p_offer.first_on and p_offer.last_on;
    perform volunteers_count('volunteers.answers', p_match.path, 1);
    perform volunteers_item(p_match.path, residents_office_role(p_match.path), 'answers', p_match.call_id::text,
        '/volunteers/calls/' || p_match.call_id || '/', 1, interval '1 day');
    return made;
end
$$;

create or replace function volunteers_offer_mine(p_hash bytea)
    returns table (id bigint, path text, sealed bytea, people int, state text, made_at timestamptz, thanks bytea, first_on date, last_on date,
                   from_minute smallint, to_minute smallint, area text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id::bigint, o.path::text, o.sealed, o.people, o.state::text, o.made_at, o.thanks, o.first_on, o.last_on, o.from_minute, o.to_minute,
        coalesce((select a.name from areas_area a where a.path = o.path), '')
    from volunteers_offer o where o.code_hash = p_hash and o.destroyed_at is null
$$;
create or replace function volunteers_offer_withdraw(p_offer bigint, p_hash bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_offer;
begin
    select o.* into one from volunteers_offer o where o.id = p_offer for update;
    if (one.code_hash = p_hash and one.organisation_id is null
            or access_may('other', 'answer_call') and volunteers_my_unit(one.organisation_id)) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif one.state not in ('new', 'proposed') then
        raise exception using errcode = 'LF409', message = 'volunteers.decided_already';
    end if;
    update volunteers_offer set state = 'withdrawn', decided_at = now() where id = p_offer;
    update volunteers_match set state = 'refused' where offer_id = p_offer and state = 'asked';
    perform volunteers_item_done('offer', p_offer::text);
end
$$;

-- Matches that ask somebody: of a person's offer by its code, of the caller's units, or at the places of the caller's area.
create or replace function volunteers_asked(p_side text, p_hash bytea, p_call bigint)
    returns table (id bigint, offer_id bigint, call_id bigint, call_code bigint, people int, state text, offerer_at timestamptz, place_at timestamptz,
                   organisation text, organisation_id bigint, key_path text, sealed bytea, role text, place text, first_on date, last_on date,
                   community text, skills text[], nominated int)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.id::bigint, m.offer_id::bigint, m.call_id::bigint, c.code, m.people, m.state::text, m.offerer_at, m.place_at, coalesce(u.name, ''),
        o.organisation_id, o.path::text, o.sealed, c.role::text, c.place::text, c.first_on, c.last_on,
        coalesce((select a.name from areas_area a where a.path = c.path), ''), o.skills,
        (select count(*) from volunteers_answer a join workforce_membership s on s.member_id = a.member_id
            and s.organisation_id = o.organisation_id and s.to_on is null
            where a.call_id = m.call_id and a.via = 'unit' and a.state = 'accepted')::int
    from volunteers_match m join volunteers_offer o on o.id = m.offer_id join volunteers_call c on c.id = m.call_id
    left join workforce_organisation u on u.id = o.organisation_id
    where case p_side
        when 'person' then o.code_hash = p_hash and o.organisation_id is null
        when 'unit' then o.organisation_id is not null and access_may('other', 'answer_call') and volunteers_my_unit(o.organisation_id)
        else m.call_id = p_call and access_may('other', 'settle_answer') and access_grids() is null
            and m.path >= access_low() and m.path < access_high() end
    order by m.state <> 'asked', m.id desc limit 100
$$;

-- What a sending unit sees: its own offers, and the open calls of its county.
create or replace function volunteers_unit_offers()
    returns table (id bigint, path text, area text, organisation text, sealed bytea, people int, skills text[], first_on date, last_on date,
                   from_minute smallint, to_minute smallint, state text, thanks bytea, made_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id::bigint, o.path::text, coalesce((select a.name from areas_area a where a.path = o.path), ''), u.name::text, o.sealed, o.people, o.skills,
        o.first_on, o.last_on, o.from_minute, o.to_minute, o.state::text, o.thanks, o.made_at
    from volunteers_offer o join workforce_organisation u on u.id = o.organisation_id
    where access_may('other', 'answer_call') and ('U' || u.lineage) collate "C" >= access_low() and ('U' || u.lineage) collate "C" < access_high()
    order by o.id desc limit 100
$$;
create or replace function volunteers_units() returns table (id bigint, name text, path text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select u.id::bigint, u.name::text, u.path::text from workforce_organisation u
    where access_may('other', 'answer_call') and ('U' || u.lineage) collate "C" >= access_low() and ('U' || u.lineage) collate "C" < access_high()
        and u.dissolved_on is null order by u.lineage limit 200
$$;
create or replace function volunteers_unit_calls()
    returns table (id bigint, code bigint, role text, place text, community text, first_on date, last_on date, closes_at timestamptz, free int)
    language sql stable security definer set search_path = public, pg_temp as $$
    select c.id::bigint, c.code, c.role::text, c.place::text, coalesce(a.name, ''), c.first_on, c.last_on, c.closes_at,
        (select coalesce(sum(w.free), 0)::int from volunteers_windows(c.id) w where w.on_day >= volunteers_today())
    from volunteers_call c left join areas_area a on a.path = c.path
    where access_may('other', 'answer_call') and c.state = 'open' and c.closes_at > now()
        and left(c.path, 6) in (select distinct left(u.path, 6) from volunteers_units() u)
    order by c.closes_at limit 50
$$;
-- A unit answers a call directly: an offer that is already meant for it; the place still says yes or no.
create or replace function volunteers_unit_answer(p_call_code bigint, p_organisation bigint, p_people int, p_sealed bytea, p_skills text[])
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at volunteers_call;
    offer bigint;
    made bigint;
begin
    select c.* into at from volunteers_call c where c.code = p_call_code;
    if at.id is null then
        raise exception using errcode = 'LF404', message = 'volunteers.call_unknown';
    elsif at.state <> 'open' or at.closes_at <= now() then
        raise exception using errcode = 'LF409', message = 'volunteers.call_over';
    elsif p_people < 1 then
        raise exception using errcode = 'LF422', message = 'volunteers.people_wrong';
    end if;
    offer := volunteers_offer_put(at.path, p_organisation, null, p_sealed, null, p_people, p_skills, at.first_on, at.last_on, 0, 1440, '');
    perform volunteers_item_done('offer', offer::text);
    update volunteers_offer set state = 'proposed' where id = offer;
    insert into volunteers_match (offer_id, call_id, path, people, reason, state, offerer_at, made_by)
        values (offer, at.id, at.path, p_people, '', 'asked', now(), access_account()) returning id into made;
    perform volunteers_ask_sides(made);
    return made;
end
$$;

-- Both sides agreed: the unit names its people and their shifts.
create or replace function volunteers_nominate(p_match bigint, p_members bigint[], p_windows bigint[], p_rules jsonb)
    returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_match;
    offer volunteers_offer;
    chosen bigint[];
    fresh bigint[];
begin
    select m.* into one from volunteers_match m where m.id = p_match for update;
    select o.* into offer from volunteers_offer o where o.id = one.offer_id;
    if (access_may('other', 'nominate_members') and volunteers_my_unit(offer.organisation_id)) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif one.state <> 'agreed' then
        raise exception using errcode = 'LF409', message = 'volunteers.not_agreed';
    elsif exists (select 1 from unnest(p_members) as n(member) where not exists (select 1 from workforce_membership s
            join workforce_organisation u on u.id = s.organisation_id
            where s.member_id = n.member and s.to_on is null and volunteers_my_unit(u.id))) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    select array_agg(w.shift_id order by w.shift_id) into chosen from volunteers_window w
        where w.call_id = one.call_id and w.id = any (p_windows) and w.shift_id is not null;
    if coalesce(cardinality(chosen), 0) = 0 or cardinality(chosen) <> cardinality(p_windows) or cardinality(p_members) = 0 then
        raise exception using errcode = 'LF422', message = 'volunteers.no_shift';
    end if;
    perform volunteers_hold(chosen, cardinality(p_members));
    select coalesce(array_agg(n.member), '{}') into fresh from unnest(p_members) as n(member)
        where not exists (select 1 from volunteers_answer a where a.call_id = one.call_id and a.member_id = n.member and a.state = 'accepted');
    if (select count(*) from volunteers_answer a where a.call_id = one.call_id and a.via = 'unit' and a.state = 'accepted'
            and a.member_id in (select s.member_id from workforce_membership s where s.organisation_id = offer.organisation_id))
            + cardinality(fresh) > one.people then
        raise exception using errcode = 'LF409', message = 'volunteers.more_than_agreed', detail = jsonb_build_object('people', one.people)::text;
    end if;
    insert into volunteers_answer (call_id, path, home_path, distance, skills, state, via, asked_next, decided_at, accepted_at,
            decided_by, member_id)
        select one.call_id, one.path, '', volunteers_distance(m.home_path, c.at_path), m.skills, 'accepted', 'unit', false, now(),
            now(), access_account(), m.id
        from workforce_member m join volunteers_call c on c.id = one.call_id where m.id = any (fresh);
    perform workforce_serve(p_members, array_fill(one.path, array[cardinality(p_members)]),
        array_fill((select max(w.on_day) + 1 from volunteers_window w where w.id = any (p_windows)), array[cardinality(p_members)]));
    perform volunteers_count('volunteers.accepted', one.path, cardinality(fresh));
    perform volunteers_count('volunteers.answers', one.path, cardinality(fresh));
    perform volunteers_item_done('nominate', p_match::text);
    perform volunteers_book(n.member, chosen, 'call', p_rules) from unnest(p_members) as n(member);
end
$$;
revoke all on function volunteers_my_unit(bigint), volunteers_offer_role(text), volunteers_offer_place(text),
    volunteers_offer_put(text, bigint, bytea, bytea, bytea, int, text[], date, date, int, int, text), volunteers_hold_offer(bigint),
    volunteers_offer_decline(bigint, bytea), volunteers_match_make(bigint, bigint, int, text), volunteers_ask_sides(bigint),
    volunteers_match_answer(bigint, text, boolean, bytea), volunteers_offer_becomes_answer(volunteers_match, volunteers_offer),
    volunteers_offer_mine(bytea), volunteers_offer_withdraw(bigint, bytea), volunteers_asked(text, bytea, bigint), volunteers_unit_offers(),
    volunteers_units(), volunteers_unit_calls(), volunteers_unit_answer(bigint, bigint, int, bytea, text[]),
    volunteers_nominate(bigint, bigint[], bigint[], jsonb) from public;
grant execute on function volunteers_offer_put(text, bigint, bytea, bytea, bytea, int, text[], date, date, int, int, text),
    volunteers_offer_decline(bigint, bytea), volunteers_match_make(bigint, bigint, int, text),
    volunteers_match_answer(bigint, text, boolean, bytea), volunteers_offer_mine(bytea), volunteers_offer_withdraw(bigint, bytea),
    volunteers_asked(text, bytea, bigint), volunteers_unit_offers(), volunteers_units(), volunteers_unit_calls(),
    volunteers_unit_answer(bigint, bigint, int, bytea, text[]), volunteers_nominate(bigint, bigint[], bigint[], jsonb) to lianfang_app;
