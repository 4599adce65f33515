-- Areas come before access, so the scoped policies of their tables stand here.
do $$
declare
    name text;
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
    end loop;
end
$$;
grant usage, select on all sequences in schema public to lianfang_app, lianfang_door;

-- Looks: the auditor reads the records, everybody else only through functions.
alter table vault_look enable row level security;
drop policy if exists auditor on vault_look;
create policy auditor on vault_look for select to lianfang_app using ((select access_sees('logs', 'open')));
grant select on vault_look to lianfang_app;
drop policy if exists auditor on access_event;
create policy auditor on access_event for select to lianfang_app using ((select access_sees('logs', 'open')));
grant select on access_event to lianfang_app;
