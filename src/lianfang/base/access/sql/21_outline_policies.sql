-- Outlines follow the scope of their buildings; plans that were sent are for those who import.
do $$
declare
    name text;
    verb text;
begin
    foreach name in array array['areas_outline', 'areas_outline_import', 'areas_outline_row', 'areas_barrier'] loop
        execute format('alter table %I enable row level security', name);
        execute format('drop policy if exists in_scope on %I', name);
        execute format('create policy in_scope on %I to lianfang_app using (path >= (select access_low()) and path < (select access_high()))', name);
        execute format('grant select, insert, update, delete on %I to lianfang_app', name);
        foreach verb in array array['insert', 'update', 'delete'] loop
            execute format('drop policy if exists drawn_by_%s on %I', verb, name);
            execute format('create policy drawn_by_%s on %I as restrictive for %s to lianfang_app %s ('
                '((select access_may(''other'', ''import'')) or (select access_may(''other'', ''assign''))) and (select access_grids()) is null)',
                verb, name, verb, case verb when 'insert' then 'with check' else 'using' end);
        end loop;
    end loop;
    foreach name in array array['areas_outline_import', 'areas_outline_row'] loop
        execute format('drop policy if exists importers on %I', name);
        execute format('create policy importers on %I as restrictive for select to lianfang_app using '
            '((select access_may(''other'', ''import'')) and (select access_grids()) is null)', name);
    end loop;
end
$$;
-- A grid worker sees the outlines of their own grids' buildings.
drop policy if exists in_grid on areas_outline;
create policy in_grid on areas_outline as restrictive for select to lianfang_app using (
    (select access_grids()) is null
    or path in (select gb.path from areas_grid_building gb where gb.grid_id = any ((select access_grids())::int[]) and gb.to_on is null));
