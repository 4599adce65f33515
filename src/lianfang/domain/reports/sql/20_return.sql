-- A superior sends a confirmed return back with a reason. The version stays in force, and in every sum, until the unit
-- answers with a new one: a figure never vanishes because somebody doubts it.
create or replace function reports_send_back(p_return bigint, p_version int, p_reason text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one reports_return%rowtype;
begin
    select * into one from reports_return where id = p_return for update;
    if (one.id is not null and one.path >= access_low() and one.path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if access_may('other', 'return_report') is not true then
        raise exception using errcode = 'LF403', message = 'access.refused';
    end if;
    if one.path = access_low() then
        raise exception using errcode = 'LF409', message = 'report.return_own';
    end if;
    if not one.live or one.version <> p_version then
        raise exception using errcode = 'LF409', message = 'report.version_stale',
            detail = json_build_object('version', (
                select version from reports_return r where r.incident_id = one.incident_id and r.form = one.form
                    and r.path = one.path and r.day = one.day and r.part = one.part and r.live))::text;
    end if;
    if one.returned_at is not null then
        raise exception using errcode = 'LF409', message = 'report.returned_already';
    end if;
    update reports_return set returned_by = access_account(), returned_at = now(), returned_reason = p_reason where id = p_return;
end
$$;
revoke all on function reports_send_back(bigint, int, text) from public;
grant execute on function reports_send_back(bigint, int, text) to lianfang_app;

-- The timer that looks for late facts compares figures with what was confirmed; figures hold no personal data.
drop policy if exists door_reads on metrics_value;
create policy door_reads on metrics_value for select to lianfang_door using (true);
grant select on metrics_value to lianfang_door;

-- Whoever confirms or corrects a return does what the unit's list asks for, also a superior on its behalf.
create or replace function reports_close_items(p_what text[], p_subjects text[], p_at timestamptz) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    closed int;
begin
    if access_may('other', 'confirm_report') is not true then
        return 0;
    end if;
    update worklist_item set done_at = coalesce(p_at, now()), done_by = access_account()
        where source = 'reports' and what = any (p_what) and subject = any (p_subjects) and done_at is null
            and path >= access_low() and path < access_high();
    get diagnostics closed = row_count;
    return closed;
end
$$;
revoke all on function reports_close_items(text[], text[], timestamptz) from public;
grant execute on function reports_close_items(text[], text[], timestamptz) to lianfang_app;
