alter table reports_return enable row level security;
drop policy if exists in_scope on reports_return;
create policy in_scope on reports_return for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('metrics', 'figures')));
drop policy if exists confirms on reports_return;
create policy confirms on reports_return for insert to lianfang_app with check (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'confirm_report')));
drop policy if exists replaces on reports_return;
create policy replaces on reports_return for update to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'confirm_report')));
grant select, insert on reports_return to lianfang_app;
grant update (live) on reports_return to lianfang_app;
