-- When a building changes its grid of the community net, the people present in it follow at once.
create or replace function residents_follow_grid() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at text := coalesce(new.path, old.path);
begin
    update residents_presence pr set grid_id = (
            select gb.grid_id from areas_grid_building gb where gb.path = at collate "C" and gb.net = 'community' and gb.to_on is null)
        where pr.path >= at collate "C" and pr.path < (at || '~') collate "C";
    return null;
end
$$;
drop trigger if exists residents_follow_grid on areas_grid_building;
create trigger residents_follow_grid after insert or update or delete on areas_grid_building
    for each row when (pg_trigger_depth() = 0) execute function residents_follow_grid();
