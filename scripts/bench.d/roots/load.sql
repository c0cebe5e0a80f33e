/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A load for scripts/bench: a table of random texts in SQLite, indexed, joined, grouped and searched. */
create table a (x, y);
with recursive n (i) as (select 1 union all select i + 1 from n where i < 3000000)
	insert into a select i, hex(randomblob(8)) from n;
create index y on a (y);
select count(*) from a p join a q on p.y = q.y;
select substr(y, 1, 3), count(*) from a group by 1 order by 2 desc limit 3;
select max(y) from a where y like '%AB%';
