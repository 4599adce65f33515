alter table reports_return enable row level security;
drop policy if exists in_scope on reports_return;
-- who may send a return back has to read it, also without a right to figures at large
create policy in_scope on reports_return for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high())
    and (select true = any (array[access_sees('metrics', 'figures'), access_may('other', 'return_report')])));
drop policy if exists confirms on reports_return;
create policy confirms on reports_return for insert to lianfang_app with check (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'confirm_report'))
    and confirmed_by = (select access_account()));
drop policy if exists replaces on reports_return;
create policy replaces on reports_return for update to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'confirm_report')));
grant select, insert on reports_return to lianfang_app;
grant update (live) on reports_return to lianfang_app;
-- opening a day counts the units that have not reported yet
drop policy if exists door_counts on reports_return;
create policy door_counts on reports_return for select to lianfang_door using (true);
grant select (id, incident_id, form, path, level, day, part, live, version, figures) on reports_return to lianfang_door;

alter table reports_day enable row level security;
drop policy if exists touching on reports_day;
create policy touching on reports_day for select to lianfang_app using (
    starts_with((select access_reach()), path) or (path >= (select access_low()) and path < (select access_high())));
drop policy if exists door_opens on reports_day;
create policy door_opens on reports_day to lianfang_door using (true) with check (true);
grant select on reports_day to lianfang_app;
grant select, insert on reports_day to lianfang_door;
grant usage on sequence reports_day_id_seq to lianfang_door;
