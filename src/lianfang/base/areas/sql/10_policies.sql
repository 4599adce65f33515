-- The division list is public (statistics bureau): names of areas may be read by everybody, also for breadcrumbs and
-- places of origin. Everything that hangs on the tree below it is bound to the scope.
alter table areas_area enable row level security;
drop policy if exists public_list on areas_area;
create policy public_list on areas_area for select to lianfang_app, lianfang_door using (true);
alter table areas_code_change enable row level security;
drop policy if exists public_list on areas_code_change;
create policy public_list on areas_code_change for select to lianfang_app using (true);
alter table areas_boundary enable row level security;
drop policy if exists public_list on areas_boundary;
create policy public_list on areas_boundary for select to lianfang_app using (true);
grant select on areas_area to lianfang_app, lianfang_door;
grant select on areas_code_change, areas_boundary to lianfang_app;
