select 1 from rounds_not_sampled n
join unnest(%(incident)s::smallint[], %(round)s::int[], %(person)s::bigint[]) as g(incident, round_id, person)
    using (incident, round_id, person)
order by person for update of n
