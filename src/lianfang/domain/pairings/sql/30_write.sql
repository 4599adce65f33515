-- Writes: many at once, in one statement each. Refusals name what stands in the way.
create or replace function pairings_check_targets(p_kinds text[], p_paths text[], p_ids bigint[]) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    unknown bigint;
begin
    select count(*) into unknown from unnest(p_kinds, p_paths, p_ids) as t(kind, path, id) where not case t.kind
        when 'community' then exists (select 1 from areas_area a where a.path = t.path and a.level = 5 and a.ended_on is null)
        when 'building' then exists (select 1 from areas_building b where b.path = t.path)
        when 'compound' then exists (select 1 from areas_compound c where c.id = t.id and c.path = t.path)
        when 'household' then exists (select 1 from residents_household h where h.path = t.path)
        when 'person' then t.id <> 0
        else exists (select 1 from workforce_organisation o where o.id = t.id and o.path = t.path and o.dissolved_on is null) end;
    if unknown > 0 then
        raise exception using errcode = 'LF404', message = 'pairings.target_unknown';
    end if;
end
$$;

create or replace function pairings_check_term(p_from date, p_until date) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if p_until is not null and p_until < p_from then
        raise exception using errcode = 'LF422', message = 'pairings.term_upside_down',
            detail = jsonb_build_object('from_on', p_from, 'until_on', p_until)::text;
    elsif p_until is not null and p_until < pairings_today() then
        raise exception using errcode = 'LF422', message = 'pairings.term_past', detail = jsonb_build_object('until_on', p_until)::text;
    end if;
end
$$;

-- A member takes on so many targets of a template (1+10), counted with the parts that were just written.
create or replace function pairings_check_load(p_template text, p_members bigint[], p_most int) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    over record;
begin
    if p_most is null then
        return;
    end if;
    select q.member_id, count(distinct q.pairing_id) as held into over from pairings_part q
        join pairings_pairing p on p.id = q.pairing_id and p.template = p_template and p.ended_on is null
        where q.member_id = any (p_members) and q.ended_on is null group by 1 having count(distinct q.pairing_id) > p_most limit 1;
    if over.member_id is not null then
        raise exception using errcode = 'LF409', message = 'pairings.member_full', detail = jsonb_build_object('most', p_most, 'held', over.held)::text;
    end if;
end
$$;

-- What follows from new parts: the office there sees who serves, and a member with an account gets a grant for the place.
-- A grant never covers more than the target: homes, persons, compounds and firms get none (docs/decisions/0021).
create or replace function pairings_send(p_parts bigint[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    open_end constant date := '9999-12-31';
    one record;
    made bigint;
begin
    perform workforce_serve(array_agg(q.member_id), array_agg(left(q.path, 16)), array_agg(coalesce(q.until_on, p.until_on, open_end)))
        from pairings_part q join pairings_pairing p on p.id = q.pairing_id where q.id = any (p_parts) and q.member_id is not null
        having count(*) > 0;
    insert into workforce_seat as s (path, organisation_id, why, until_on)
        select left(q.path, 16), q.organisation_id, 3, max(coalesce(q.until_on, p.until_on, open_end)) from pairings_part q
        join pairings_pairing p on p.id = q.pairing_id where q.id = any (p_parts) and q.organisation_id is not null group by 1, 2
        on conflict (path, organisation_id, why) do update set until_on = greatest(s.until_on, excluded.until_on);
    for one in
        select q.id, q.path, m.account_id, greatest(q.from_on, pairings_today()) as from_on, coalesce(q.until_on, p.until_on) as until_on
        from pairings_part q join pairings_pairing p on p.id = q.pairing_id join workforce_member m on m.id = q.member_id
        where q.id = any (p_parts) and q.kind = 'person' and p.target_kind in ('community', 'building') and m.account_id is not null
          and not exists (select 1 from access_grant g where g.account_id = m.account_id
              and (g.role like '%_admin' or g.role = 'paired_cadre' and g.path = q.path) and (g.ends_at is null or g.ends_at > now()))
    loop
        insert into access_grant (account_id, role, scope, path, grids, unit, starts_at, ends_at, given_by)
            values (one.account_id, 'paired_cadre', 'assigned', one.path, '{}', '',
                    one.from_on::timestamp at time zone 'Asia/Shanghai', (one.until_on + 1)::timestamp at time zone 'Asia/Shanghai', access_account())
            returning id into made;
        update pairings_part set grant_id = made where id = one.id;
        insert into access_event (what, account_id, detail) values ('granted', one.account_id,
            format('grant %s, paired_cadre at %s, by pairing part %s, account %s', made, one.path, one.id, access_account()));
    end loop;
end
$$;

-- Adopt pairings: targets, and parts that name their target by its place in the list (from 1). Returns their numbers in order.
create or replace function pairings_adopt(p_incident smallint, p_template text, p_required text[], p_most int, p_from date, p_until date,
    p_kinds text[], p_paths text[], p_ids bigint[], p_shares text[],
    p_at int[], p_items text[], p_part_kinds text[], p_units bigint[], p_members bigint[], p_sealed bytea[], p_due date[])
    returns bigint[] language plpgsql security definer set search_path = public, pg_temp as $$
declare
    numbers bigint[];
    parts bigint[];
    taken record;
begin
    perform pairings_check(p_paths);
    perform pairings_check_term(p_from, p_until);
    perform pairings_check_targets(p_kinds, p_paths, p_ids);
    perform pairings_check_people(p_members, p_units);
    if p_incident is not null and not exists (select 1 from incidents_incident i where i.id = p_incident and i.state = 'open') then
        raise exception using errcode = 'LF409', message = 'pairings.incident_over';
    end if;
    perform pg_advisory_xact_lock(410623, hashtext('pairings:' || p_template));
    select p.id, p.until_on into taken from pairings_pairing p
        join unnest(p_kinds, p_paths, p_ids, p_shares) as t(kind, path, id, share)
          on p.target_kind = t.kind and p.path = t.path and p.target_id = t.id and p.share = t.share
        where p.template = p_template and p.ended_on is null and p.incident_id is not distinct from p_incident order by 1 limit 1;
    if taken.id is not null then
        raise exception using errcode = 'LF409', message = 'pairings.taken', detail = jsonb_build_object('number', taken.id, 'who', '—')::text;
    end if;
    select array_agg(nextval('pairings_pairing_id_seq') order by ord) into numbers from generate_subscripts(p_paths, 1) as t(ord);
    insert into pairings_pairing (id, incident_id, template, target_kind, path, target_id, share, from_on, until_on, required, lacks,
            staffed, made_by, ended_why)
        select numbers[ord], p_incident, p_template, p_kinds[ord], p_paths[ord], p_ids[ord], p_shares[ord], p_from, p_until, p_required,
            p_required, true, access_account(), ''
        from generate_subscripts(p_paths, 1) as t(ord);
    with written as (
        insert into pairings_part (pairing_id, path, item, kind, organisation_id, member_id, sealed, due_on, from_on, until_on, made_by, ended_why)
            select numbers[t.at], p_paths[t.at], t.item, t.kind, t.unit, t.member, t.sealed, t.due, p_from, p_until, access_account(), ''
            from unnest(p_at, p_items, p_part_kinds, p_units, p_members, p_sealed, p_due) as t(at, item, kind, unit, member, sealed, due)
            returning id
    )
    select array_agg(id) into parts from written;
    perform pairings_settle(numbers);
    perform pairings_check_load(p_template, p_members, p_most);
    perform pairings_send(parts);
    perform pairings_publish_at(p_paths);
    return numbers;
end
$$;

-- A pairing the caller may change, locked.
create or replace function pairings_take(p_pairing bigint) returns pairings_pairing
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one pairings_pairing;
begin
    select * into one from pairings_pairing where id = p_pairing for update;
    if one.id is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    perform pairings_check(array[one.path]);
    if one.ended_on is not null then
        raise exception using errcode = 'LF409', message = 'pairings.over';
    end if;
    return one;
end
$$;

-- Fill one item of a pairing. p_most: how many may fill it; p_most_targets: how many targets a member takes on.
create or replace function pairings_fill(p_pairing bigint, p_item text, p_kind text, p_most int, p_most_targets int, p_unit bigint,
    p_member bigint, p_sealed bytea, p_due date, p_from date, p_until date) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one pairings_pairing := pairings_take(p_pairing);
    made bigint;
begin
    perform pairings_check_term(p_from, p_until);
    if one.until_on is not null and coalesce(p_until, one.until_on) > one.until_on then
        raise exception using errcode = 'LF422', message = 'pairings.beyond_term', detail = jsonb_build_object('until_on', one.until_on)::text;
    end if;
    perform pairings_check_people(array[p_member], array[p_unit]);
    if (select count(*) from pairings_part q where q.pairing_id = p_pairing and q.item = p_item and q.ended_on is null) >= p_most then
        raise exception using errcode = 'LF409', message = 'pairings.item_full', detail = jsonb_build_object('most', p_most)::text;
    elsif exists (select 1 from pairings_part q where q.pairing_id = p_pairing and q.item = p_item and q.ended_on is null
                  and (q.member_id = p_member or q.organisation_id = p_unit)) then
        raise exception using errcode = 'LF409', message = 'pairings.there_already';
    end if;
    insert into pairings_part (pairing_id, path, item, kind, organisation_id, member_id, sealed, due_on, from_on, until_on, made_by, ended_why)
        values (p_pairing, one.path, p_item, p_kind, p_unit, p_member, p_sealed, p_due, p_from, p_until, access_account(), '') returning id into made;
    perform pairings_settle(array[p_pairing]);
    perform pairings_check_load(one.template, array[p_member], p_most_targets);
    perform pairings_send(array[made]);
    perform pairings_publish_at(array[one.path]);
    return made;
end
$$;

-- End parts: their grants end, their pairings are counted anew, the office hears of places that stand empty.
create or replace function pairings_close(p_parts bigint[], p_on date, p_why text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    touched bigint[];
    places text[];
    grants bigint[];
begin
    with closed as (
        update pairings_part q set ended_on = greatest(p_on, q.from_on), ended_why = p_why where q.id = any (p_parts) and q.ended_on is null
            returning q.pairing_id, q.member_id, q.organisation_id, q.grant_id, q.path
    ), unseated as (
        update workforce_presence s set until_on = p_on from closed c
            where s.member_id = c.member_id and s.path = left(c.path, 16) and s.why = 4 and s.until_on = date '9999-12-31'
              and not exists (select 1 from pairings_part o where o.member_id = c.member_id and o.path = c.path and o.ended_on is null
                              and o.id <> all (p_parts))
    )
    select array_agg(distinct pairing_id), array_agg(grant_id) filter (where grant_id is not null) into touched, grants from closed;
    select array_agg(distinct r.path) into places from pairings_part q
        join pairings_part r on r.id = q.id or r.member_id = q.member_id and r.ended_on is null where q.id = any (p_parts);
    if grants is not null then
        update access_grant set ends_at = greatest(now(), starts_at) where id = any (grants) and (ends_at is null or ends_at > now());
        update access_session set ended_at = now() where grant_id = any (grants) and ended_at is null;
        insert into access_event (what, account_id, detail) select 'grant_ended', g.account_id,
            format('grant %s, paired_cadre at %s, its pairing ended', g.id, g.path) from access_grant g where g.id = any (grants);
    end if;
    if touched is not null then
        perform pairings_settle(touched);
        perform pairings_publish_at(places);
    end if;
end
$$;

-- Hand a part over. Back to whoever handed it on the same day, or to oneself, is a circle that tells nothing.
create or replace function pairings_hand_over(p_part bigint, p_unit bigint, p_member bigint, p_note bytea, p_on date, p_most_targets int)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    old pairings_part;
    one pairings_pairing;
    made bigint;
begin
    select * into old from pairings_part where id = p_part for update;
    one := pairings_take(old.pairing_id);
    if old.ended_on is not null then
        raise exception using errcode = 'LF409', message = 'pairings.part_over';
    elsif p_on < old.from_on or p_on > pairings_today() then
        raise exception using errcode = 'LF422', message = 'pairings.handover_day', detail = jsonb_build_object('from_on', old.from_on)::text;
    end if;
    perform pairings_check_people(array[p_member], array[p_unit]);
    if p_member = old.member_id or p_unit = old.organisation_id or exists (
            with recursive chain as (
                select q.* from pairings_part q where q.id = old.after_id
                union all
                select q.* from chain c join pairings_part q on q.id = c.after_id where c.from_on >= p_on
            )
            select 1 from chain c where (c.member_id = p_member or c.organisation_id = p_unit) and c.ended_on >= p_on) then
        raise exception using errcode = 'LF409', message = 'pairings.circular_handover';
    elsif exists (select 1 from pairings_part q where q.pairing_id = old.pairing_id and q.item = old.item and q.ended_on is null
                  and (q.member_id = p_member or q.organisation_id = p_unit)) then
        raise exception using errcode = 'LF409', message = 'pairings.there_already';
    end if;
    insert into pairings_part (pairing_id, path, item, kind, organisation_id, member_id, note, from_on, until_on, after_id, made_by, ended_why)
        values (old.pairing_id, old.path, old.item, old.kind, p_unit, p_member, p_note, p_on, old.until_on, old.id, access_account(), '')
        returning id into made;
    perform pairings_close(array[p_part], p_on, 'handed');
    perform pairings_check_load(one.template, array[p_member], p_most_targets);
    perform pairings_send(array[made]);
    return made;
end
$$;

-- Somebody stops without a successor: the part falls open.
create or replace function pairings_release(p_part bigint, p_on date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    old pairings_part;
begin
    select * into old from pairings_part where id = p_part for update;
    perform pairings_take(old.pairing_id);
    if old.ended_on is not null then
        raise exception using errcode = 'LF409', message = 'pairings.part_over';
    end if;
    perform pairings_close(array[p_part], p_on, 'released');
end
$$;

-- A promise was kept, a talk or visit took place.
create or replace function pairings_keep(p_part bigint, p_on date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    old pairings_part;
begin
    select * into old from pairings_part where id = p_part for update;
    perform pairings_take(old.pairing_id);
    if old.kind not in ('commitment', 'contact') then
        raise exception using errcode = 'LF422', message = 'pairings.nothing_to_keep';
    elsif p_on > pairings_today() then
        raise exception using errcode = 'LF422', message = 'pairings.day_ahead';
    end if;
    update pairings_part set done_on = p_on where id = p_part;
end
$$;

-- End whole pairings: the targets stand open again.
create or replace function pairings_end(p_pairings bigint[], p_on date, p_why text) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    places text[];
    parts bigint[];
    ended int;
begin
    select array_agg(p.path) into places from pairings_pairing p where p.id = any (p_pairings);
    if coalesce(cardinality(places), 0) < cardinality(p_pairings) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    perform pairings_check(places);
    update pairings_pairing set ended_on = greatest(p_on, from_on), ended_why = p_why where id = any (p_pairings) and ended_on is null;
    get diagnostics ended = row_count;
    if ended < cardinality(p_pairings) then
        raise exception using errcode = 'LF409', message = 'pairings.over';
    end if;
    select array_agg(q.id) into parts from pairings_part q where q.pairing_id = any (p_pairings) and q.ended_on is null;
    perform pairings_close(parts, p_on, 'ended');
    perform pairings_settle(p_pairings);
    perform pairings_publish_at(places);
    return ended;
end
$$;
revoke all on function pairings_check_targets(text[], text[], bigint[]), pairings_check_term(date, date),
    pairings_check_load(text, bigint[], int), pairings_send(bigint[]), pairings_take(bigint), pairings_close(bigint[], date, text),
    pairings_adopt(smallint, text, text[], int, date, date, text[], text[], bigint[], text[], int[], text[], text[], bigint[], bigint[], bytea[], date[]),
    pairings_fill(bigint, text, text, int, int, bigint, bigint, bytea, date, date, date),
    pairings_hand_over(bigint, bigint, bigint, bytea, date, int), pairings_release(bigint, date), pairings_keep(bigint, date),
    pairings_end(bigint[], date, text) from public;
grant execute on function
    pairings_adopt(smallint, text, text[], int, date, date, text[], text[], bigint[], text[], int[], text[], text[], bigint[], bigint[], bytea[], date[]),
    pairings_fill(bigint, text, text, int, int, bigint, bigint, bytea, date, date, date),
    pairings_hand_over(bigint, bigint, bigint, bytea, date, int), pairings_release(bigint, date), pairings_keep(bigint, date),
    pairings_end(bigint[], date, text) to lianfang_app;
