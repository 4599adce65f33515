-- What remains of log rows whose incident was destroyed: the hash of each, so that the chain of seals still holds.
create table if not exists facts_seal_gone (
    seal bigint not null,
    incident smallint not null,
    leaves bytea not null,                  -- 32 bytes a row, in the order of their ids
    primary key (seal, incident)
);
alter table facts_seal_gone enable row level security;
drop policy if exists auditor on facts_seal_gone;
create policy auditor on facts_seal_gone for select to lianfang_app using ((select access_sees('logs', 'open')));
grant select on facts_seal_gone to lianfang_app;
