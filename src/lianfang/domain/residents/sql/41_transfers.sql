-- Transfers: asked for by the community where somebody came to, accepted by both heads. Until then neither side learns the
-- other's place; the giving side knows which of its own people it is about, the asking side what it typed itself.

-- The role that answers for the register of a community: its clerk, or its head where there is no clerk.
create or replace function residents_office_role(p_path text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when exists (select 1 from access_grant g where g.role = 'community_clerk' and g.path = left(p_path, 12)
        and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now())) then 'community_clerk' else 'community_head' end
$$;
revoke all on function residents_office_role(text) from public;

create or replace function residents_transfer_ask(p_what text, p_blind bytea, p_person bigint, p_home text, p_words bytea, p_until date)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom residents_person;
    made bigint;
begin
    perform residents_life_check(p_home);
    select p.* into whom from residents_person p left join residents_secret s on s.person_id = p.id
        where (p_blind is not null and s.identity_blind = p_blind)
           or (p_blind is null and p.id = p_person and p.path >= access_low() and p.path < access_high()) limit 1;
    if whom.id is null or whom.gone = 2 then
        raise exception using errcode = 'LF404', message = 'residents.nobody_to_transfer';
    elsif left(whom.path, 12) = left(p_home, 12) then
        raise exception using errcode = 'LF409', message = 'residents.here_already';
    elsif exists (select 1 from residents_transfer t where t.person_id = whom.id and t.state = 'asked') then
        raise exception using errcode = 'LF409', message = 'residents.transfer_waits';
    end if;
    insert into residents_transfer (what, from_path, to_path, person_id, sealed, until_on, state, asked_by, to_by)
        values (p_what, whom.path, p_home, whom.id, p_words, p_until, 'asked', access_account(),
                case when access_may('other', 'accept_transfer') then access_account() end) returning id into made;
    insert into worklist_item (path, for_role, what, subject, source, link, urgency, due_at)
        select left(whom.path, 12), 'community_head', 'transfer_out', made::text, 'residents', '/residents/transfers/' || made || '/', 1,
            now() + interval '3 days'
        union all
        select left(p_home, 12), 'community_head', 'transfer_in', made::text, 'residents', '/residents/transfers/' || made || '/', 1,
            now() + interval '3 days' where not access_may('other', 'accept_transfer')
        on conflict do nothing;
    return made;
end
$$;

-- One row a side of the reader: what lies on the other side stays blank until both have accepted.
create or replace function residents_transfers(p_id bigint)
    returns table (id bigint, side text, what text, state text, asked_at timestamptz, ended_at timestamptz, until_on date,
                   person_id bigint, person_path text, person_sealed bytea, code bigint, home text, words bytea, other_place text,
                   mine_ok boolean, other_ok boolean, asked_by bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    low text := access_low();
    high text := access_high();
begin
    if low is null or access_grids() is not null or not (access_may('other', 'keep_ledger') or access_may('other', 'accept_transfer')) then
        return;
    end if;
    return query
        select t.id::bigint, 'in', t.what::text, t.state::text, t.asked_at, t.ended_at, t.until_on,
            case when t.state = 'done' then t.person_id end, case when t.state = 'done' then p.path::text end,
            case when t.state = 'done' then p.sealed end, case when t.state = 'done' then p.code end, t.to_path::text, t.sealed,
            case when t.state = 'done' then (select a.name from areas_area a where a.path = left(t.from_path, 12)) end,
            t.to_by is not null, t.from_by is not null, t.asked_by
        from residents_transfer t left join residents_person p on p.id = t.person_id
        where t.to_path >= low and t.to_path < high and (p_id is null or t.id = p_id)
        union all
        select t.id::bigint, 'out', t.what::text, t.state::text, t.asked_at, t.ended_at, t.until_on, t.person_id, p.path::text, p.sealed,
            p.code, case when t.state = 'done' then null else t.from_path::text end, null,
            case when t.state = 'done' then (select a.name from areas_area a where a.path = left(t.to_path, 12)) end,
            t.from_by is not null, t.to_by is not null, null
        from residents_transfer t left join residents_person p on p.id = t.person_id
        where t.from_path >= low and t.from_path < high and (p_id is null or t.id = p_id)
        order by 1 desc, 2 limit 500;
end
$$;

-- Accept for every side that lies in the caller's area. Returns the seals of the entry once both sides have accepted.
create or replace function residents_transfer_accept(p_id bigint)
    returns table (person_id bigint, old_path text, to_path text, what text, until_on date, person_sealed bytea, secret_sealed bytea)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t residents_transfer;
    me bigint := access_account();
    inside boolean;
    outside boolean;
begin
    select x.* into t from residents_transfer x where x.id = p_id for update;
    inside := coalesce(t.to_path >= access_low() and t.to_path < access_high(), false);
    outside := coalesce(t.from_path >= access_low() and t.from_path < access_high(), false);
    if t.id is null or not access_may('other', 'accept_transfer') or access_grids() is not null or not (inside or outside) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif t.state <> 'asked' then
        raise exception using errcode = 'LF409', message = 'residents.transfer_over';
    elsif (outside and t.from_by is null and t.to_by = me) or (inside and t.to_by is null and t.from_by = me) then
        raise exception using errcode = 'LF409', message = 'residents.transfer_same_person';
    end if;
    if outside and t.from_by is null then
        update residents_transfer x set from_by = me where x.id = p_id returning x.* into t;
        update worklist_item w set done_at = now(), done_by = me where w.source = 'residents' and w.what = 'transfer_out'
            and w.subject = p_id::text and w.done_at is null;
    elsif inside and t.to_by is null then
        update residents_transfer x set to_by = me where x.id = p_id returning x.* into t;
        update worklist_item w set done_at = now(), done_by = me where w.source = 'residents' and w.what = 'transfer_in'
            and w.subject = p_id::text and w.done_at is null;
    end if;
    if t.from_by is not null and t.to_by is not null then
        return query select p.id::bigint, p.path::text, t.to_path::text, t.what::text, t.until_on, p.sealed, s.sealed
            from residents_person p left join residents_secret s on s.person_id = p.id where p.id = t.person_id;
    end if;
end
$$;

-- The last step, in the transaction of the second acceptance; seals come along where the county and so the key changes.
create or replace function residents_transfer_finish(p_id bigint, p_day date, p_words bytea, p_sealed bytea, p_secret bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t residents_transfer;
    goes jsonb;
begin
    select x.* into t from residents_transfer x where x.id = p_id for update;
    if t.id is null or t.state <> 'asked' or t.from_by is null or t.to_by is null or access_account() not in (t.from_by, t.to_by) then
        raise exception using errcode = 'LF409', message = 'residents.transfer_over';
    end if;
    goes := case when t.what = 'stay' then jsonb_build_object('stay_path', t.to_path, 'present', true, 'until_on', t.until_on)
                 else jsonb_build_object('path', t.to_path, 'stay_path', null, 'present', true, 'gone', 0, 'until_on', null) end;
    perform residents_life_apply(t.person_id, case when t.what = 'stay' then 'stays' else 'transferred' end, p_day, p_words, goes,
                                 p_sealed, p_secret, null, p_id);
    insert into residents_change (on_day, kind, path, person_id, account_id, role, transfer_id)
        values (p_day, 'handed_over', case when t.what = 'stay' then t.to_path else t.from_path end, t.person_id, access_account(),
                coalesce(access_role(), ''), p_id);
    update residents_transfer x set state = 'done', ended_at = now(), ended_by = access_account() where x.id = p_id;
end
$$;

create or replace function residents_transfer_end(p_id bigint, p_state text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t residents_transfer;
    inside boolean;
begin
    select x.* into t from residents_transfer x where x.id = p_id for update;
    inside := coalesce(t.to_path >= access_low() and t.to_path < access_high(), false);
    if t.id is null or access_grids() is not null
        or not (case when p_state = 'withdrawn' then inside and access_may('other', 'keep_ledger')
                else access_may('other', 'accept_transfer') and (inside or (t.from_path >= access_low() and t.from_path < access_high())) end) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif t.state <> 'asked' then
        raise exception using errcode = 'LF409', message = 'residents.transfer_over';
    end if;
    update residents_transfer x set state = case when p_state = 'withdrawn' then 'withdrawn' else 'refused' end, ended_at = now(),
        ended_by = access_account() where x.id = p_id;
    update worklist_item w set done_at = now(), done_by = access_account()
        where w.source = 'residents' and w.what in ('transfer_in', 'transfer_out') and w.subject = p_id::text and w.done_at is null;
    delete from residents_household h where h.path = t.to_path and h.state = 'awaited'
        and not exists (select 1 from residents_person p where p.path = h.path or p.stay_path = h.path)
        and not exists (select 1 from residents_transfer o where o.to_path = h.path and o.state = 'asked');
end
$$;

revoke all on function residents_transfer_ask(text, bytea, bigint, text, bytea, date), residents_transfers(bigint),
    residents_transfer_accept(bigint), residents_transfer_finish(bigint, date, bytea, bytea, bytea),
    residents_transfer_end(bigint, text) from public;
grant execute on function residents_transfer_ask(text, bytea, bigint, text, bytea, date), residents_transfers(bigint),
    residents_transfer_accept(bigint), residents_transfer_finish(bigint, date, bytea, bytea, bytea),
    residents_transfer_end(bigint, text), residents_office_role(text) to lianfang_app;
