-- The frame that a fix came in, as it came over the wire, where the installation keeps frames (CHEJI_KEEP_RAW). Without one a row is
-- as long as it was.
alter table positions add column raw bytea;
alter table positions_late add column raw bytea;
alter table position_conflicts add column raw bytea;
