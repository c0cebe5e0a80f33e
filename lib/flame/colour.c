// SPDX-License-Identifier: GPL-2.0-or-later
/* Palettes: a hue is a base colour plus a range on each channel; a palette picks a hue by the look of the name. */
#include "flame/colour.h"

#include <math.h>
#include <string.h>

#include "base/table.h"

struct hue {
	unsigned char base[3], range[3];
	unsigned char draw[3]; /* which of the name's two numbers moves the channel */
};

enum hue_id { HOT, MEM, IO, RED, GREEN, BLUE, AQUA, YELLOW, PURPLE, ORANGE, GREY };

/* All bright enough for black text. */
static const struct hue hues[] = {
	[HOT] = {{226, 88, 48}, {29, 132, 40}, {0, 0, 1}},
	[MEM] = {{60, 180, 60}, {0, 60, 150}, {0, 1, 0}},
	[IO] = {{120, 130, 200}, {60, 50, 50}, {0, 0, 1}},
	[RED] = {{215, 85, 80}, {40, 75, 75}, {0, 0, 0}},
	[GREEN] = {{80, 178, 80}, {70, 55, 65}, {0, 0, 0}},
	[BLUE] = {{110, 150, 212}, {60, 50, 38}, {0, 0, 0}},
	[AQUA] = {{70, 172, 176}, {60, 50, 50}, {0, 0, 0}},
	[YELLOW] = {{192, 184, 60}, {50, 50, 30}, {0, 0, 0}},
	[PURPLE] = {{180, 120, 200}, {55, 60, 45}, {0, 0, 0}},
	[ORANGE] = {{222, 128, 32}, {30, 62, 40}, {0, 0, 0}},
	[GREY] = {{172, 172, 172}, {40, 40, 40}, {0, 0, 0}},
};

enum where { ENDS, BEGINS, HOLDS, EXACTLY, ANYTHING };

struct rule {
	enum where where;
	const char *text;
	enum hue_id hue;
};

/* The first rule that fits decides. */
static const struct rule annotated[] = {
	{ENDS, "_[k]", BLUE}, {ENDS, "_[i]", AQUA}, {ENDS, "_[j]", GREEN},
	{BEGINS, "[unknown]", GREY}, {BEGINS, "[truncated]", GREY}, {ANYTHING, "", HOT},
};
static const struct rule java[] = {
	{ENDS, "_[j]", GREEN}, {ENDS, "_[i]", AQUA}, {BEGINS, "java/", GREEN}, {BEGINS, "javax/", GREEN},
	{BEGINS, "jdk/", GREEN}, {BEGINS, "net/", GREEN}, {BEGINS, "org/", GREEN}, {BEGINS, "com/", GREEN},
	{BEGINS, "io/", GREEN}, {BEGINS, "sun/", GREEN}, {BEGINS, "Ljava/", GREEN}, {BEGINS, "Ljavax/", GREEN},
	{BEGINS, "Ljdk/", GREEN}, {BEGINS, "Lnet/", GREEN}, {BEGINS, "Lorg/", GREEN}, {BEGINS, "Lcom/", GREEN},
	{BEGINS, "Lio/", GREEN}, {BEGINS, "Lsun/", GREEN}, {HOLDS, ":::", GREEN}, {HOLDS, "::", YELLOW},
	{ENDS, "_[k]", ORANGE}, {ANYTHING, "", RED},
};
static const struct rule js[] = {
	{ENDS, "_[j]", GREEN}, {HOLDS, "::", YELLOW}, {HOLDS, ".js", GREEN}, {HOLDS, ":", AQUA},
	{EXACTLY, " ", GREEN}, {ENDS, "_[k]", ORANGE}, {ANYTHING, "", RED},
};
static const struct rule perl[] = {
	{HOLDS, "::", YELLOW}, {HOLDS, "Perl", GREEN}, {HOLDS, ".pl", GREEN}, {ENDS, "_[k]", ORANGE}, {ANYTHING, "", RED},
};
static const struct rule chain[] = {{ENDS, "_[w]", AQUA}, {ANYTHING, "", BLUE}};
static const struct rule plain[] = {
	[HOT] = {ANYTHING, "", HOT}, [MEM] = {ANYTHING, "", MEM}, [IO] = {ANYTHING, "", IO},
	[RED] = {ANYTHING, "", RED}, [GREEN] = {ANYTHING, "", GREEN}, [BLUE] = {ANYTHING, "", BLUE},
	[AQUA] = {ANYTHING, "", AQUA}, [YELLOW] = {ANYTHING, "", YELLOW}, [PURPLE] = {ANYTHING, "", PURPLE},
	[ORANGE] = {ANYTHING, "", ORANGE},
};

struct palette {
	const char *name;
	const struct rule *rules;
	const char *background;
};

static const struct palette palettes[] = {
	{"", annotated, "yellow"},	   {"hot", &plain[HOT], "yellow"},   {"mem", &plain[MEM], "green"},
	{"io", &plain[IO], "blue"},	   {"wakeup", &plain[AQUA], "blue"}, {"chain", chain, "blue"},
	{"java", java, "yellow"},	   {"js", js, "yellow"},	     {"perl", perl, "yellow"},
	{"red", &plain[RED], "grey"},	   {"green", &plain[GREEN], "grey"}, {"blue", &plain[BLUE], "grey"},
	{"aqua", &plain[AQUA], "grey"},	   {"yellow", &plain[YELLOW], "grey"}, {"purple", &plain[PURPLE], "grey"},
	{"orange", &plain[ORANGE], "grey"},
};

static const struct named_background {
	const char *name;
	struct background colours;
} backgrounds[] = {
	{"yellow", {{0xf4f4f1, 0xf2efc9}, {0x1b1b1d, 0x242119}}},
	{"blue", {{0xf4f4f6, 0xe2e4fb}, {0x1a1b1e, 0x1a1d2b}}},
	{"green", {{0xf3f6f3, 0xdff5e0}, {0x1a1c1b, 0x18251c}}},
	{"grey", {{0xf8f8f8, 0xe8e8e8}, {0x1c1c1c, 0x252525}}},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct palette *
palette_find(const char *name)
{
	if (!name)
		return &palettes[0];
	for (size_t i = 1; i < COUNT(palettes); i++)
		if (!strcmp(name, palettes[i].name))
			return &palettes[i];
	return NULL;
}

static bool
parse_rgb(const char *text, uint32_t *rgb)
{
	*rgb = 0;
	if (*text++ != '#' || strlen(text) != 6)
		return false;
	for (; *text; text++) {
		const char *digits = "0123456789abcdefABCDEF", *at = strchr(digits, *text);

		if (!at)
			return false;
		*rgb = *rgb << 4 | (uint32_t)(at - digits < 16 ? at - digits : at - digits - 6);
	}
	return true;
}

bool
background_find(const char *name, const struct palette *palette, struct background *background)
{
	uint32_t flat;

	if (!name)
		name = palette->background;
	for (size_t i = 0; i < COUNT(backgrounds); i++)
		if (!strcmp(name, backgrounds[i].name)) {
			*background = backgrounds[i].colours;
			return true;
		}
	if (!parse_rgb(name, &flat))
		return false;
	*background = (struct background){{flat, flat}, {flat, flat}};
	return true;
}

static bool
fits(const struct rule *rule, const char *name, size_t len)
{
	size_t n = strlen(rule->text);

	if (n > len)
		return false;
	switch (rule->where) {
	case BEGINS:
		return !memcmp(name, rule->text, n);
	case ENDS:
		return !memcmp(name + len - n, rule->text, n);
	case EXACTLY:
		return n == len && !memcmp(name, rule->text, n);
	case HOLDS:
		return memmem(name, len, rule->text, n);
	case ANYTHING:
		break;
	}
	return true;
}

/* 0 to 255: names that begin alike are near each other. `step` -1 looks from the name's end. */
static unsigned
early_weighted(const char *p, size_t len, int step)
{
	double sum = 0, all = 0, weight = 1;

	for (size_t i = 0; i < 12; i++, weight *= 0.65) {
		all += weight;
		if (i < len)
			sum += weight * ((unsigned char)p[step < 0 ? len - 1 - i : i] * 37 % 97) / 97;
	}
	return (unsigned)(sum / all * 255);
}

uint32_t
colour_frame(struct colouring *colouring, const char *name, size_t len)
{
	const struct rule *rule = colouring->palette->rules;
	const struct hue *hue;
	unsigned draws[2];
	uint32_t rgb = 0;
	uint64_t hash;

	if (len == 1 && *name == '-')
		return 0xa0a0a0;
	if (len == 2 && !memcmp(name, "--", 2))
		return 0xc8c8c8;
	hash = colouring->key == COLOUR_RANDOM ? hash_word(++colouring->random) : hash_bytes(name, len);
	draws[0] = hash >> 8 & 255;
	draws[1] = hash >> 16 & 255;
	if (colouring->key == COLOUR_BY_HASH) {
		draws[0] = early_weighted(name, len, 1);
		draws[1] = early_weighted(name, len, -1);
	}
	while (!fits(rule, name, len))
		rule++;
	hue = &hues[rule->hue];
	for (int i = 0; i < 3; i++)
		rgb = rgb << 8 | (hue->base[i] + hue->range[i] * draws[hue->draw[i]] / 255);
	return rgb;
}

uint32_t
colour_change(int64_t delta, int64_t most)
{
	static const int none = 250, more[] = {255, 92, 80}, less[] = {108, 146, 255};
	const int *end = delta < 0 ? less : more;
	double part = most ? fabs((double)delta / (double)most) : 0;
	uint32_t rgb = 0;

	for (int i = 0; i < 3; i++)
		rgb = rgb << 8 | (uint32_t)(none + (end[i] - none) * part);
	return rgb;
}

bool
colour_is_dark(uint32_t rgb)
{
	return (rgb >> 16) * 299 + (rgb >> 8 & 255) * 587 + (rgb & 255) * 114 < 128000;
}
