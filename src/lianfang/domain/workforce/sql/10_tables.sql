-- Scope of organisations and members. Two narrow tables say where each is to be seen (as an area, or as 'U' and a lineage of
-- units), so that one range on one column is the whole rule, for an area's office and for a sending unit alike.

-- Organisations are no personal data: whoever sees members by name or as figures knows which there are.
create or replace function workforce_lists() returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select access_sees('members', 'named') or access_sees('members', 'figures')
$$;
revoke all on function workforce_lists() from public;
grant execute on function workforce_lists() to lianfang_app;
alter table workforce_seat enable row level security;
drop policy if exists in_scope on workforce_seat;
create policy in_scope on workforce_seat for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high())
    and coalesce(until_on, 'infinity') >= (now() at time zone 'Asia/Shanghai')::date
    and (select workforce_lists()));
grant select on workforce_seat to lianfang_app;

alter table workforce_organisation enable row level security;
drop policy if exists through_seat on workforce_organisation;
create policy through_seat on workforce_organisation for select to lianfang_app using (
    exists (select 1 from workforce_seat s where s.organisation_id = workforce_organisation.id));
grant select on workforce_organisation to lianfang_app;
create index if not exists workforce_seat_organisation on workforce_seat (organisation_id);

alter table workforce_presence enable row level security;
drop policy if exists in_scope on workforce_presence;
create policy in_scope on workforce_presence for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high())
    and coalesce(until_on, 'infinity') >= (now() at time zone 'Asia/Shanghai')::date
    and (select access_sees('members', 'named')));
grant select on workforce_presence to lianfang_app;

alter table workforce_member enable row level security;
drop policy if exists through_presence on workforce_member;
create policy through_presence on workforce_member for select to lianfang_app using (
    exists (select 1 from workforce_presence p where p.member_id = workforce_member.id));
grant select on workforce_member to lianfang_app;

alter table workforce_membership enable row level security;
drop policy if exists through_presence on workforce_membership;
create policy through_presence on workforce_membership for select to lianfang_app using (
    exists (select 1 from workforce_presence p where p.member_id = workforce_membership.member_id));
grant select on workforce_membership to lianfang_app;

alter table workforce_availability enable row level security;
drop policy if exists through_presence on workforce_availability;
create policy through_presence on workforce_availability for select to lianfang_app using (
    exists (select 1 from workforce_presence p where p.member_id = workforce_availability.member_id));
grant select on workforce_availability to lianfang_app;

alter table workforce_registration enable row level security;
drop policy if exists through_presence on workforce_registration;
create policy through_presence on workforce_registration for select to lianfang_app using (
    exists (select 1 from workforce_presence p where p.member_id = workforce_registration.member_id));
grant select on workforce_registration to lianfang_app;

-- Imported lists: the offices that may import, each in its own range; a sending unit's list stands in its lineage.
alter table workforce_import_file enable row level security;
alter table workforce_import_unit enable row level security;
alter table workforce_import_row enable row level security;
drop policy if exists in_scope on workforce_import_file;
create policy in_scope on workforce_import_file to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'keep_members')));
drop policy if exists in_scope on workforce_import_row;
create policy in_scope on workforce_import_row to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'keep_members')));
drop policy if exists with_file on workforce_import_unit;
create policy with_file on workforce_import_unit to lianfang_app using ((select access_may('other', 'keep_members'))
    and exists (select 1 from workforce_import_file f where f.id = workforce_import_unit.file_id));
grant select, insert, update, delete on workforce_import_file, workforce_import_unit, workforce_import_row to lianfang_app;

alter table workforce_counted enable row level security;     -- for figures and their proof only
alter table workforce_secret enable row level security;      -- opened by functions only
alter table workforce_link enable row level security;        -- read by functions only

-- The tree of organisations: a lineage is its parent's and six hexadecimal digits of its own number. Whoever moves a unit under
-- one of its own is refused; everybody below follows, and so do the places where they are seen.
create or replace function workforce_lineage() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    above text := '';
begin
    if new.parent_id is not null then
        select o.lineage into above from workforce_organisation o where o.id = new.parent_id;
        if new.parent_id = new.id or tg_op = 'UPDATE' and starts_with(above, old.lineage) then
            raise exception using errcode = 'LF409', message = 'workforce.circular_parent';
        end if;
    end if;
    new.lineage := above || lpad(to_hex(new.id), 6, '0');
    return new;
end
$$;
drop trigger if exists workforce_lineage on workforce_organisation;
create trigger workforce_lineage before insert or update of parent_id on workforce_organisation
    for each row execute function workforce_lineage();

create or replace function workforce_follow_lineage() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.lineage <> new.lineage then
        update workforce_organisation o set lineage = new.lineage || substr(o.lineage, length(old.lineage) + 1)
            where o.lineage > old.lineage and o.lineage < old.lineage || '~';
        update workforce_seat s set path = 'U' || new.lineage || substr(s.path, length(old.lineage) + 2)
            where s.why = 2 and s.path >= 'U' || old.lineage and s.path < 'U' || old.lineage || '~';
        update workforce_presence p set path = 'U' || new.lineage || substr(p.path, length(old.lineage) + 2)
            where p.why = 3 and p.path >= 'U' || old.lineage and p.path < 'U' || old.lineage || '~';
        update workforce_import_file f set path = 'U' || new.lineage || substr(f.path, length(old.lineage) + 2)
            where f.path >= 'U' || old.lineage and f.path < 'U' || old.lineage || '~';
        update workforce_import_row r set path = 'U' || new.lineage || substr(r.path, length(old.lineage) + 2)
            where r.path >= 'U' || old.lineage and r.path < 'U' || old.lineage || '~';
        update access_grant g set unit = new.lineage || substr(g.unit, length(old.lineage) + 1)
            where g.scope = 'organisation' and g.unit >= old.lineage and g.unit < old.lineage || '~' and g.unit <> '';
    elsif tg_op = 'INSERT' then
        insert into workforce_seat (path, organisation_id, why) values (new.path, new.id, 1), ('U' || new.lineage, new.id, 2)
            on conflict do nothing;
    end if;
    if tg_op = 'UPDATE' and old.path <> new.path then
        delete from workforce_seat where organisation_id = new.id and why = 1;
        insert into workforce_seat (path, organisation_id, why) values (new.path, new.id, 1) on conflict do nothing;
    end if;
    return null;
end
$$;
drop trigger if exists workforce_follow_lineage on workforce_organisation;
create trigger workforce_follow_lineage after insert or update of parent_id, path on workforce_organisation
    for each row execute function workforce_follow_lineage();

-- The scope `member`: one person, by the code of their own page. Everything they see and do comes through functions that ask
-- `workforce_subject()`; the policies of tables show nothing in this scope.
create or replace function workforce_subject() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when s[7] = 'member' and s[3] = 'volunteer' then s[9]::bigint end from (select access_scope()) as t(s)
$$;
create or replace function workforce_enter(p_hash bytea) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom bigint;
    body text;
begin
    select l.member_id into whom from workforce_link l join workforce_member m on m.id = l.member_id and m.left_on is null
        where l.code_hash = p_hash and l.revoked_at is null and l.ends_on >= (now() at time zone 'Asia/Shanghai')::date
          and (l.locked_until is null or l.locked_until <= now());
    if whom is null then
        perform set_config('lf.scope', '', true);
        return false;
    end if;
    body := concat_ws('|', 0, 0, 'volunteer', '-', '-', '-', 'member', '-', whom);
    perform set_config('lf.scope', body || access_mac(body), true);
    return true;
end
$$;
-- The member who acts: by the code of their own page, else by the account that is theirs.
create or replace function workforce_me() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(workforce_subject(), (select m.id from workforce_member m where m.account_id = access_account()
        and access_account() > 0 and m.left_on is null order by m.id limit 1))
$$;
revoke all on function workforce_subject(), workforce_enter(bytea), workforce_me() from public;
grant execute on function workforce_subject(), workforce_enter(bytea), workforce_me() to lianfang_app;

-- Somebody serves at a place until a day: the office there sees who they are, and from which unit.
create or replace function workforce_serve(p_members bigint[], p_paths text[], p_until date[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into workforce_presence as p (path, member_id, why, until_on)
        select t.path, t.member, 4, max(t.until) from unnest(p_members, p_paths, p_until) as t(member, path, until)
        group by t.path, t.member
        on conflict (path, member_id, why) do update set until_on = greatest(p.until_on, excluded.until_on);
    insert into workforce_seat as s (path, organisation_id, why, until_on)
        select t.path, m.organisation_id, 3, max(t.until) from unnest(p_members, p_paths, p_until) as t(member, path, until)
        join workforce_membership m on m.member_id = t.member and m.net = 'work' and m.to_on is null
        group by t.path, m.organisation_id
        on conflict (path, organisation_id, why) do update set until_on = greatest(s.until_on, excluded.until_on);
$$;
revoke all on function workforce_serve(bigint[], text[], date[]) from public;
