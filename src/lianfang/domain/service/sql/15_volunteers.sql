-- A volunteer who was just accepted takes the code of their own page from the page of their answer. Only somebody who became a
-- member through calls gets it that way: whoever is known from elsewhere (a unit, a paper, an account, a slip of an office) keeps
-- what they have, because a name and a telephone typed in public prove nothing about them.
create or replace function service_issue_volunteer(p_answer bytea, p_code bytea, p_ends date) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom bigint;
begin
    select m.id into whom from volunteers_answer a join workforce_member m on m.id = a.member_id and m.left_on is null
        join workforce_secret s on s.member_id = m.id and s.identity_blind is null
        where a.code_hash = p_answer and a.state = 'accepted' and a.destroyed_at is null and m.account_id is null
            and not exists (select 1 from workforce_link l where l.member_id = m.id and l.made_by <> 0)
            and not exists (select 1 from workforce_membership b join workforce_organisation o on o.id = b.organisation_id
                where b.member_id = m.id and (b.net <> 'volunteer' or o.source <> 'call'))
        for update of m;
    if whom is null then
        return false;
    end if;
    update workforce_link set revoked_at = now() where member_id = whom and revoked_at is null;
    insert into workforce_link (code_hash, member_id, made_by, ends_on) values (p_code, whom, 0, p_ends);
    return true;
end
$$;
create or replace function service_knows(p_members bigint[]) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.m from unnest(p_members) as t(m) where workforce_lists() and (
        exists (select 1 from service_objection o where o.member_id = t.m)
        or exists (select 1 from service_consent c where c.member_id = t.m)
        or exists (select 1 from service_total s where s.member_id = t.m))
$$;
revoke all on function service_issue_volunteer(bytea, bytea, date), service_knows(bigint[]) from public;
grant execute on function service_issue_volunteer(bytea, bytea, date), service_knows(bigint[]) to lianfang_app;
