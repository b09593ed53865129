-- Fixes of days that the database compresses, or soon will: a compressed chunk takes them only at a price, and earlier
-- versions of the extension lost rows on the way. They wait here until they are folded in (store/late-rows.ts). A key is
-- in positions or here, never in both; the view all_positions (store/views.ts) is what questions read. Where nothing is
-- compressed it stays empty.
create table positions_late (
  like positions including constraints,
  primary key (vehicle_no, time, source, sub_seq)
);
create index positions_late_by_tile on positions_late (tile, time) include (vehicle_no, lon, lat, quality);
create index positions_late_by_time on positions_late (time);
