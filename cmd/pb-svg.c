// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-svg: folded text to an interactive flame graph: "pb-fold < stream | pb-svg > flame.svg". */
#include <string.h>

#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "base/parse.h"
#include "flame/folded.h"
#include "flame/svg.h"

static struct svg_options picture = {
	.font = "Verdana, DejaVu Sans, sans-serif",
	.name_type = "Function:",
	.frame_height = 16,
	.font_size = 12,
	.min_width = 0.1,
	.factor = 1,
};
static struct folded_plan plan;
static const char *colours, *background, *count_name;
static bool by_hash, at_random;

static bool
take_min_width(const char *value)
{
	char number[32];
	size_t len = strlen(value);

	if (!len || len >= sizeof(number))
		return false;
	picture.min_percent = value[len - 1] == '%';
	memcpy(number, value, len + 1);
	if (picture.min_percent)
		number[len - 1] = 0;
	return parse_double(number, &picture.min_width) && picture.min_width >= 0;
}

static bool
take_colours(const char *value)
{
	colours = value;
	return palette_find(value);
}

static bool
take_background(const char *value)
{
	background = value;
	return background_find(value, palette_find(NULL), &picture.background);
}

static bool
take_encoding(const char *value)
{
	picture.encoding = value;
	return svg_encoding_known(value);
}

static bool
take_unit(const char *value)
{
	picture.unit = unit_find(value, strlen(value));
	return picture.unit != UNIT_UNKNOWN;
}

static bool
take_total(const char *value)
{
	return parse_double(value, &picture.total) && picture.total > 0;
}

static bool
take_factor(const char *value)
{
	return parse_double(value, &picture.factor) && picture.factor > 0;
}

static bool
take_font_size(const char *value)
{
	return parse_double(value, &picture.font_size) && picture.font_size >= 1 && picture.font_size <= 200;
}

static const struct option_row options[] = {
	{OPTION_STRING, 0, "title", "TEXT", "the title", &picture.title},
	{OPTION_STRING, 0, "subtitle", "TEXT", "a second line below it", &picture.subtitle},
	{OPTION_UINT, 0, "width", "PIXELS", "width of the picture (as wide as the window)", &picture.width, 100, 100000},
	{OPTION_UINT, 0, "height", "PIXELS", "height of a frame (16)", &picture.frame_height, 2, 1000},
	{OPTION_CALL, 0, "minwidth", "WIDTH", "leave out frames narrower than this many\npixels, or percent with a % sign (0.1)",
	 .call = take_min_width},
	{OPTION_STRING, 0, "fonttype", "FONT", "font family (Verdana)", &picture.font},
	{OPTION_CALL, 0, "fontsize", "SIZE", "font size in pixels (12)", .call = take_font_size},
	{OPTION_STRING, 0, "countname", "NAME", "what is counted (samples)", &count_name},
	{OPTION_CALL, 0, "unit", "UNIT", "samples, ns (shown as 1.25 s) or bytes (3.5 MiB)", .call = take_unit},
	{OPTION_STRING, 0, "nametype", "NAME", "what the frames are (Function:)", &picture.name_type},
	{OPTION_CALL, 0, "colors", "PALETTE", "hot mem io wakeup chain java js perl red green\nblue aqua yellow purple orange",
	 .call = take_colours},
	{OPTION_CALL, 0, "bgcolors", "COLOR", "background: yellow blue green grey or #rrggbb", .call = take_background},
	{OPTION_FLAG, 0, "hash", NULL, "similar colours for names that begin alike", &by_hash},
	{OPTION_FLAG, 0, "random", NULL, "every frame its own colour", &at_random},
	{OPTION_FLAG, 0, "reverse", NULL, "merge stacks from their leaves", &plan.reverse},
	{OPTION_FLAG, 0, "inverted", NULL, "root on top: an icicle graph", &picture.inverted},
	{OPTION_FLAG, 0, "flamechart", NULL, "keep the order of lines, merge only neighbours", &plan.in_order},
	{OPTION_FLAG, 0, "negate", NULL, "with two counts: swap red and blue", &picture.negate},
	{OPTION_STRING, 0, "base", "FUNC", "start at FUNC, leave out stacks without it", &plan.base},
	{OPTION_CALL, 0, "total", "COUNT", "what the full width stands for (all counts)", .call = take_total},
	{OPTION_CALL, 0, "factor", "NUMBER", "multiply the counts shown (1)", .call = take_factor},
	{OPTION_STRING, 0, "notes", "TEXT", "put TEXT into the file as a comment", &picture.notes},
	{OPTION_CALL, 0, "encoding", "NAME", "encoding the file declares (UTF-8)", .call = take_encoding},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]",
	.purpose = "Draw folded stacks as an interactive flame graph: SVG on standard output.",
	.options = options,
};

static void
finish_options(void)
{
	const struct palette *palette = palette_find(colours);

	if (count_name && picture.unit != UNIT_SAMPLES)
		die_usage("--countname is for plain numbers, not for --unit ns or bytes");
	picture.count_name = count_name ? count_name : "samples";
	picture.fluid = !picture.width;
	if (picture.fluid)
		picture.width = 1200;
	picture.in_order = plan.in_order;
	picture.colouring.palette = palette;
	picture.colouring.key = at_random ? COLOUR_RANDOM : by_hash ? COLOUR_BY_HASH : COLOUR_BY_NAME;
	background_find(background, palette, &picture.background);
}

static void
draw(int fd, const char *file)
{
	struct buf svg = {0};
	struct tree tree;
	struct err err;
	unsigned decimals;
	double sum;

	if (folded_read_tree(&tree, fd, &plan, &decimals, &err))
		die("%s: %s", file, err.text);
	if (plan.base && tree.n == 1)
		die("%s: no stack has the frame '%s'", file, plan.base);
	sum = svg_sum(&tree, decimals);
	if (picture.total && picture.total < sum)
		warn("--total %.10g is ignored: the counts add up to %.10g", picture.total, sum);
	if (svg_draw(&picture, &tree, decimals, &svg, &err))
		die("%s: %s", file, err.text);
	stdout_write(svg.data, svg.len);
	buf_free(&svg);
	tree_free(&tree);
}

int
main(int argc, char **argv)
{
	const char *file;
	int fd;

	stdio_init();
	fd = open_operand(argc, argv, options_parse(&command, argc, argv), &file);
	outlive_first_interrupt();
	finish_options();
	draw(fd, file);
	stdout_close();
	return EXIT_DONE;
}
