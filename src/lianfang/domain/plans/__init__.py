"""Plans: what planners propose, people edit and adopt, and anybody can replay."""
