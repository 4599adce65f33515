-- What was refused to somebody signed in, for the auditor: which page, never whose record.
create or replace function access_note_refusal(p_account bigint, p_what text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into access_event (what, account_id, detail) values ('refused', p_account, left(p_what, 80))
$$;
create index if not exists access_event_refused on access_event (at) where what = 'refused';
revoke all on function access_note_refusal(bigint, text) from public;
grant execute on function access_note_refusal(bigint, text) to lianfang_door;
