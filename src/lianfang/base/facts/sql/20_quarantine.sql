-- What could not be taken is looked at and settled by people: the head of its area, or its sender where no area is known.
-- The note of whoever settles it is sealed (free words may name somebody); the choice is a word of a closed list.
alter table facts_quarantine add column if not exists note_sealed bytea;
grant select (note_sealed, resolved_by) on facts_quarantine to lianfang_app;
create index if not exists facts_quarantine_path on facts_quarantine (path, id);

-- Is this one the caller's to settle? Heads of the area, and senders of what names no known area.
create or replace function facts_quarantine_mine(p_path text, p_account bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(
        (access_may('other', 'assign') and p_path collate "C" >= access_low() and p_path collate "C" < access_high()
            and access_grids() is null)
        or (p_path = '-' and p_account = access_account()), false)
$$;

-- The fact as it was sent, for those who may settle it and for its sender.
create or replace function facts_quarantine_open(p_id bigint) returns bytea
    language sql stable security definer set search_path = public, pg_temp as $$
    select q.sealed from facts_quarantine q
    where q.id = p_id and (q.account_id = access_account() or facts_quarantine_mine(q.path, q.account_id))
$$;

create or replace function facts_quarantine_resolve(p_id bigint, p_resolution text, p_note bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    held record;
begin
    select q.path, q.account_id, q.resolved_at into held from facts_quarantine q where q.id = p_id for update;
    if not found or not facts_quarantine_mine(held.path, held.account_id) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if held.resolved_at is not null then
        raise exception using errcode = 'LF409', message = 'facts.settled_already';
    end if;
    if p_resolution not in ('sent_again', 'first_stands', 'entered_by_hand', 'mistake') then
        raise exception using errcode = 'LF422', message = 'facts.resolution_unknown';
    end if;
    update facts_quarantine set resolved_at = now(), resolved_by = access_account(), resolution = p_resolution, note_sealed = p_note
        where id = p_id;
end
$$;
grant execute on function facts_quarantine_mine(text, bigint), facts_quarantine_open(bigint),
    facts_quarantine_resolve(bigint, text, bytea) to lianfang_app;
