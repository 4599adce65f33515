select 1 from rounds_visit v
join unnest(%(incident)s::smallint[], %(round)s::int[], %(household)s::bigint[]) as g(incident, round_id, household)
    using (incident, round_id, household)
order by household for update of v
