-- Scope: an office that sees members by name reads the calls, answers and matches of its area. Offers are read where they were
-- addressed to. Nobody writes but through the functions of the next files; the public page reads through them too.
alter table volunteers_call enable row level security;
drop policy if exists in_scope on volunteers_call;
create policy in_scope on volunteers_call for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('members', 'named')));
grant select on volunteers_call to lianfang_app;

alter table volunteers_window enable row level security;
drop policy if exists in_scope on volunteers_window;
create policy in_scope on volunteers_window for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('members', 'named')));
grant select on volunteers_window to lianfang_app;

alter table volunteers_answer enable row level security;
drop policy if exists in_scope on volunteers_answer;
create policy in_scope on volunteers_answer for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'settle_answer')));
grant select (id, call_id, path, sealed, home_path, distance, skills, born_year, state, via, asked_next, made_at, decided_at, member_id,
    thanks, destroyed_at) on volunteers_answer to lianfang_app;

alter table volunteers_hours enable row level security;
drop policy if exists in_scope on volunteers_hours;
create policy in_scope on volunteers_hours for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'settle_answer')));
grant select on volunteers_hours to lianfang_app;

alter table volunteers_word enable row level security;
drop policy if exists in_scope on volunteers_word;
create policy in_scope on volunteers_word for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'settle_answer')));
grant select on volunteers_word to lianfang_app;

alter table volunteers_offer enable row level security;
drop policy if exists in_scope on volunteers_offer;
create policy in_scope on volunteers_offer for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'match_offer')));
grant select (id, path, organisation_id, sealed, people, skills, first_on, last_on, from_minute, to_minute, home_path, state, thanks,
    made_at, decided_at, destroyed_at) on volunteers_offer to lianfang_app;

alter table volunteers_match enable row level security;
drop policy if exists in_scope on volunteers_match;
create policy in_scope on volunteers_match for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('members', 'named')));
grant select on volunteers_match to lianfang_app;

alter table volunteers_claim enable row level security;      -- written and counted by functions only

-- A day of Beijing, now.
create or replace function volunteers_today() returns date
    language sql stable security definer set search_path = public, pg_temp as $$ select (now() at time zone 'Asia/Shanghai')::date $$;

-- One change of a figure, from wherever it happens.
create or replace function volunteers_count(p_name text, p_path text, p_value bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into metrics_delta (name, dim, day, path, value)
        select p_name, '', (now() at time zone 'Asia/Shanghai')::date, p_path, p_value where p_value <> 0
$$;

-- One line on an office's list, opened again when it was done.
create or replace function volunteers_item(p_path text, p_role text, p_what text, p_subject text, p_link text, p_urgency int, p_due interval)
    returns void language sql security definer set search_path = public, pg_temp as $$
    insert into worklist_item (path, for_role, what, subject, source, link, urgency, due_at)
        values (p_path, p_role, p_what, p_subject, 'volunteers', p_link, p_urgency::smallint, now() + p_due)
        on conflict (source, what, subject) do update set done_at = null, done_by = null, due_at = excluded.due_at
            where worklist_item.done_at is not null
$$;
create or replace function volunteers_item_done(p_what text, p_subject text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update worklist_item set done_at = now(), done_by = access_account()
        where source = 'volunteers' and what = p_what and subject = p_subject and done_at is null
$$;

-- How far a home is from the place of work: 0 same building, 1 same grid, 2 same community, 3 elsewhere.
create or replace function volunteers_distance(p_home text, p_at text) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when length(p_at) >= 16 and left(p_home, 16) = left(p_at, 16) then 0
        when length(p_at) >= 16 and exists (select 1 from areas_grid_building a join areas_grid_building b on b.grid_id = a.grid_id
            where a.path = left(p_home, 16) and b.path = left(p_at, 16) and a.to_on is null and b.to_on is null) then 1
        when p_home <> '' and left(p_home, 12) = left(p_at, 12) then 2
        else 3 end
$$;
revoke all on function volunteers_today(), volunteers_count(text, text, bigint),
    volunteers_item(text, text, text, text, text, int, interval), volunteers_item_done(text, text), volunteers_distance(text, text) from public;
