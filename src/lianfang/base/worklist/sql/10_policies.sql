-- An item for one person is seen by that person, one for an office by everybody who holds its role there, but for the one who
-- may not do it (not_for).
alter table worklist_item enable row level security;
drop policy if exists in_scope on worklist_item;
create policy in_scope on worklist_item for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high())
    and not_for is distinct from (select access_account())
    and (for_account = (select access_account())
         or for_account is null and (for_role = '' or for_role = (select access_role()))));
drop policy if exists mine_to_close on worklist_item;
create policy mine_to_close on worklist_item for update to lianfang_app using (
    path >= (select access_low()) and path < (select access_high())
    and not_for is distinct from (select access_account())
    and (for_account = (select access_account())
         or for_account is null and (for_role = '' or for_role = (select access_role()))));
drop policy if exists app_adds on worklist_item;
create policy app_adds on worklist_item for insert to lianfang_app
    with check (path >= (select access_low()) and path < (select access_high()));
grant select, insert on worklist_item to lianfang_app;
grant update (done_at, done_by) on worklist_item to lianfang_app;
drop policy if exists door_writes on worklist_item;
create policy door_writes on worklist_item to lianfang_door using (true) with check (true);
grant select, insert on worklist_item to lianfang_door;
grant update (done_at, done_by) on worklist_item to lianfang_door;
