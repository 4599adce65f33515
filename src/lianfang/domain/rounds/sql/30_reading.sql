-- Pages ask for the positive pools of a round all day long; nearly every tube is negative, so the index stays tiny and
-- costs the door nothing (a tube has no result when it is filled).
create index if not exists rounds_tube_positive on rounds_tube (incident, round_id, area)
    where result = 'positive' and size > 1;
