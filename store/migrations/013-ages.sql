-- What goes by its age is found by it: a look through all uploads of half a year, every hour, ends in a timeout. Rows lie in the order in
-- which they came, so a summary of each run of pages is enough, and costs the writer next to nothing.
create index uploads_by_age on uploads using brin (received_at);
create index trips_by_age on trips using brin (end_time);
create index stops_by_age on stops using brin (end_time);
