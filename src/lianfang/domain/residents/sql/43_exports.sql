-- A list of more than 500 people: one person asks, another in charge of the area agrees, the asker takes it once within a day.
create or replace function residents_export_ask(p_path text, p_purpose text) returns table (id bigint, people int)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    counted int;
    made bigint;
begin
    if (access_may('other', 'ask_export') and access_sees('residents', 'masked') and access_grids() is null
        and p_path collate "C" >= access_low() and p_path collate "C" < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    select count(*) into counted from residents_presence pr
        where pr.path >= p_path collate "C" and pr.path < (p_path || '~') collate "C" and pr.why < 3;
    insert into residents_export_request (path, purpose, people, state, asked_by)
        values (p_path, p_purpose, counted, 'asked', access_account()) returning residents_export_request.id into made;
    insert into worklist_item (path, for_role, what, subject, source, link, urgency, due_at)
        values (left(p_path, 6), 'county_dispatcher', 'export', made::text, 'residents', '/residents/exports/', 1, now() + interval '1 day');
    return query select made, counted;
end
$$;

create or replace function residents_export_decide(p_id bigint, p_agreed boolean) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one residents_export_request;
begin
    select * into one from residents_export_request r where r.id = p_id for update;
    if (one.id is not null and access_may('other', 'approve_export') and one.path >= access_low() and one.path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif one.state <> 'asked' then
        raise exception using errcode = 'LF409', message = 'residents.export_decided';
    elsif one.asked_by = access_account() then
        raise exception using errcode = 'LF409', message = 'residents.export_same_person';
    end if;
    update residents_export_request r set state = case when p_agreed then 'approved' else 'refused' end, decided_by = access_account(),
        decided_at = now() where r.id = p_id;
    update worklist_item w set done_at = now(), done_by = access_account()
        where w.source = 'residents' and w.what = 'export' and w.subject = p_id::text and w.done_at is null;
    insert into access_event (what, account_id, detail) values (case when p_agreed then 'export_agreed' else 'export_refused' end,
        access_account(), format('request %s, %s, %s people', p_id, one.path, one.people));
end
$$;

-- Taken by who asked, once, within a day of the agreement.
create or replace function residents_export_take(p_id bigint) returns table (path text, purpose text, decided_by bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one residents_export_request;
begin
    select * into one from residents_export_request r where r.id = p_id for update;
    if (one.id is not null and one.asked_by = access_account() and access_may('other', 'ask_export') and one.path >= access_low()
        and one.path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif one.state <> 'approved' or one.decided_at < now() - interval '24 hours' then
        raise exception using errcode = 'LF409', message = 'residents.export_not_open';
    end if;
    update residents_export_request r set state = 'taken', taken_at = now() where r.id = p_id;
    return query select one.path::text, one.purpose::text, one.decided_by::bigint;
end
$$;

create or replace function residents_export_taken(p_id bigint, p_rows int) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update residents_export_request r set rows = p_rows where r.id = p_id and r.asked_by = access_account() and r.state = 'taken'
$$;
revoke all on function residents_export_ask(text, text), residents_export_decide(bigint, boolean), residents_export_take(bigint),
    residents_export_taken(bigint, int) from public;
grant execute on function residents_export_ask(text, text), residents_export_decide(bigint, boolean), residents_export_take(bigint),
    residents_export_taken(bigint, int) to lianfang_app;
