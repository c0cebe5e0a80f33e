// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-d3: folded text to JSON for d3-flame-graph or to a web page: "pb-fold < stream | pb-d3 -o flame.html". */
#include <string.h>
#include <strings.h>

#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "base/replace.h"
#include "base/text_file.h"
#include "flame/d3.h"
#include "flame/escape.h"
#include "flame/folded.h"
#include "flame/unit.h"
#include "viewer/page.h"

static bool as_json, as_html;
static const char *template_file, *output, *title, *values, *count_name, *unit;

/* What stands in the page templates of d3-flame-graph, and of perf, for the tree and for the page's settings. */
static const char tree_mark[] = "/** @flamegraph_json **/", options_mark[] = "/** @options_json **/";

static struct replacement file;

static bool
take_values(const char *value)
{
	values = value;
	return !strcmp(value, "inclusive") || !strcmp(value, "self");
}

static bool
take_unit(const char *value)
{
	unit = value;
	return unit_find(value, strlen(value)) != UNIT_UNKNOWN;
}

static const struct option_row options[] = {
	{OPTION_FLAG, 0, "json", NULL, "write the tree as JSON", &as_json},
	{OPTION_FLAG, 0, "html", NULL, "write a page that holds the tree and its viewer", &as_html},
	{OPTION_STRING, 0, "template", "FILE", "fill the page FILE, made for d3-flame-graph", &template_file},
	{OPTION_STRING, 'o', "output", "FILE", "write to FILE (standard output)", &output},
	{OPTION_CALL, 0, "values", "WHICH", "inclusive or self values in the JSON\n(inclusive; self with --template)",
	 .call = take_values},
	{OPTION_STRING, 0, "title", "TEXT", "the title; with --json the root frame's name", &title},
	{OPTION_STRING, 0, "countname", "NAME", "what the page says is counted (samples)", &count_name},
	{OPTION_CALL, 0, "unit", "UNIT", "samples, ns (the page shows 1.25 s), bytes\n(3.5 MiB)", .call = take_unit},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]",
	.purpose = "Turn folded stacks into JSON for d3-flame-graph, or into a web page.\n"
		   "Without an option -o's ending decides, .json or .html; else it is JSON.",
	.options = options,
};

static bool
ends_in(const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);

	return n >= m && !strcasecmp(name + n - m, ending);
}

static void
finish_options(void)
{
	if (as_json + as_html + !!template_file > 1)
		die_usage("one of --json, --html and --template");
	if (output && !*output)
		die_usage("-o: a file has a name");
	if (output && !strcmp(output, "-"))
		output = NULL;
	if (output && replace_check(output))
		die("%s:", output);
	if (!as_json && !template_file && output && ends_in(output, ".html"))
		as_html = true;
	if (as_html && values)
		die_usage("--values is for JSON and --template: the page of --html shows both");
	if (count_name && !as_html)
		die_usage("--countname is for the page of --html");
	if (unit && !as_html)
		die_usage("--unit is for the page of --html");
	if (unit && count_name)
		die_usage("one of --countname and --unit");
}

static void
write_out(const void *data, size_t len)
{
	if (!output)
		stdout_write(data, len);
	else if (replace_write(&file, data, len))
		die("%s:", output);
}

static void
write_tree(const struct tree *t, unsigned decimals)
{
	struct d3 *d3 = d3_open(t, decimals, &(struct d3_options){
		.root = title && !template_file ? title : "all",
		.self = values ? !strcmp(values, "self") : !!template_file,
		.brief = template_file,
	});
	struct buf part = {0};

	while (d3_more(d3, &part)) {
		write_out(part.data, part.len);
		part.len = 0;
	}
	buf_free(&part);
	d3_close(d3);
}

static void
write_page(const struct tree *t, unsigned decimals)
{
	const char *name = title ? title : "Flame Graph";
	struct buf safe = {0}, plain = {0}, data = {0}, page = {0};

	escape_visible(&plain, name, strlen(name));
	escape_xml(&safe, plain.data, plain.len, false);
	d3_profile(t, decimals, name, count_name ? count_name : unit ? unit : "samples", &data);
	page_write(&(struct page){.title = buf_cstr(&safe), .data = data.data, .len = data.len}, &page);
	buf_free(&plain);
	buf_free(&safe);
	buf_free(&data);
	write_out(page.data, page.len);
	buf_free(&page);
}

/* What perf's flamegraph.py tells the page: its colours, and the text behind its button "Context". */
static void
write_settings(void)
{
	struct buf b = {0};

	buf_puts(&b, "{\"colorscheme\":\"blue-green\",\"context\":\"");
	escape_json(&b, title ? title : "", title ? strlen(title) : 0);
	buf_puts(&b, "\"}");
	write_out(b.data, b.len);
	buf_free(&b);
}

/* The template is gone through once: what was filled in is not looked at, whatever a function is called. */
static void
fill_template(const struct buf *template, const struct tree *t, unsigned decimals)
{
	const char *at = template->data, *end = at + template->len;

	for (;;) {
		size_t left = (size_t)(end - at);
		const char *tree = memmem(at, left, tree_mark, sizeof(tree_mark) - 1);
		const char *settings = memmem(at, left, options_mark, sizeof(options_mark) - 1);
		const char *mark = tree && (!settings || tree < settings) ? tree : settings;

		write_out(at, mark ? (size_t)(mark - at) : left);
		if (!mark)
			return;
		if (mark == tree)
			write_tree(t, decimals);
		else
			write_settings();
		at = mark + (mark == tree ? sizeof(tree_mark) : sizeof(options_mark)) - 1;
	}
}

static void
read_template(struct buf *to)
{
	if (text_file_read(template_file, to))
		die("%s:", template_file);
	if (!to->len || !memmem(to->data, to->len, tree_mark, sizeof(tree_mark) - 1))
		die("%s: no %s, so there is no place for the tree", template_file, tree_mark);
}

static void
convert(int fd, const char *name)
{
	static const struct folded_plan plan;
	struct buf template = {0};
	struct tree tree;
	struct err err;
	unsigned decimals;

	if (template_file)
		read_template(&template);
	if (folded_read_tree(&tree, fd, &plan, &decimals, &err))
		die("%s: %s", name, err.text);
	if (tree.n == 1)
		die("%s: no stacks, so nothing to show", name);
	if (!tree.total[!!tree.values[1]]) /* with two counts it is the second one that is shown */
		die("%s: all counts are zero, so there is nothing to show", name);
	if (as_html && tree.values[1])
		warn("%s: the page shows the second of the two counts", name);
	if (output && replace_open(&file, output))
		die("%s:", output);
	if (template_file) {
		fill_template(&template, &tree, decimals);
	} else if (as_html) {
		write_page(&tree, decimals);
	} else {
		write_tree(&tree, decimals);
		write_out("\n", 1);
	}
	if (output && replace_close(&file))
		die("%s:", output);
	buf_free(&template);
	tree_free(&tree);
}

int
main(int argc, char **argv)
{
	const char *name;
	int fd;

	stdio_init();
	fd = open_operand(argc, argv, options_parse(&command, argc, argv), &name);
	finish_options();
	outlive_first_interrupt();
	convert(fd, name);
	stdout_close();
	return EXIT_DONE;
}
