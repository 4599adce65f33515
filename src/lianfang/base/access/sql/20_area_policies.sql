-- Areas come before access, so the scoped policies of their tables stand here.
do $$
declare
    name text;
    verb text;
begin
    foreach name in array array['areas_denominator', 'areas_compound', 'areas_building', 'areas_grid', 'areas_grid_building'] loop
        execute format('alter table %I enable row level security', name);
        execute format('drop policy if exists in_scope on %I', name);
        execute format('create policy in_scope on %I to lianfang_app using (path >= (select access_low()) and path < (select access_high()))', name);
        execute format('grant select on %I to lianfang_app', name);
        execute format('drop policy if exists door_reads on %I', name);
        execute format('create policy door_reads on %I for select to lianfang_door using (true)', name);
        execute format('grant select on %I to lianfang_door', name);
    end loop;
    foreach name in array array['areas_compound', 'areas_building', 'areas_grid', 'areas_grid_building'] loop
        execute format('grant insert, update, delete on %I to lianfang_app', name);
        -- Buildings and grids are drawn by the offices that import or assign; nobody bound to grids redraws them.
        foreach verb in array array['insert', 'update', 'delete'] loop
            execute format('drop policy if exists drawn_by_%s on %I', verb, name);
            execute format('create policy drawn_by_%s on %I as restrictive for %s to lianfang_app %s ('
                '((select access_may(''other'', ''import'')) or (select access_may(''other'', ''assign''))) and (select access_grids()) is null)',
                verb, name, verb, case verb when 'insert' then 'with check' else 'using' end);
        end loop;
    end loop;
end
$$;
-- A grid worker knows the buildings of their grids, not those of the neighbouring ones.
drop policy if exists in_grid on areas_building;
create policy in_grid on areas_building as restrictive for select to lianfang_app using (
    (select access_grids()) is null
    or path in (select gb.path from areas_grid_building gb where gb.grid_id = any ((select access_grids())::int[]) and gb.to_on is null));

-- Looks: the auditor reads the records, everybody else only through functions.
alter table vault_look enable row level security;
drop policy if exists auditor on vault_look;
create policy auditor on vault_look for select to lianfang_app using ((select access_sees('logs', 'open')));
grant select on vault_look to lianfang_app;
drop policy if exists auditor on access_event;
create policy auditor on access_event for select to lianfang_app using ((select access_sees('logs', 'open')));
grant select on access_event to lianfang_app;
