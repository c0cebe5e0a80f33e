// SPDX-License-Identifier: GPL-2.0-or-later
/* What pb-symbolize is told about the files of modules besides path and build-id. */
#include "cmd/symbolize_files.h"

static bool
is_file(const struct known_modules *m, uint64_t module)
{
	return m->dict->modules[module].kind == MODULE_FILE;
}

static void
take_places(struct stream *s, const struct known_modules *m)
{
	struct place_record r;

	while (read_place(s, &r))
		if (is_file(m, r.module) && r.pid <= INT32_MAX)
			symbolizer_mapped(m->symbolizer, m->sources[r.module], (uint32_t)r.pid, r.start, r.end);
}

/* What is known by its content is another file than what is known by its path alone. */
static void
take_contents(struct stream *s, const struct known_modules *m)
{
	struct content_record r;

	while (read_content(s, &r)) {
		uint32_t id = (uint32_t)r.module;
		struct text path = texts_get(&m->dict->paths, id);

		if (!is_file(m, id) || texts_get(&m->dict->build_ids, id).len)
			continue;
		m->sources[id] = symbolizer_file(m->symbolizer, path.data, path.len, (const uint8_t *)r.id.data, r.id.len);
		m->report->subjects[m->subjects[id]].module = m->sources[id];
	}
}

void
take_files(struct stream *s, const struct known_modules *m)
{
	if (stream_type(s) == RECORD_place)
		take_places(s, m);
	else
		take_contents(s, m);
}
