// SPDX-License-Identifier: GPL-2.0-or-later
/* --filter: comparisons joined by && and ||, with ! and parentheses, as the conditions of bpf/event.h.
 *
 *	any:   all { "||" all }
 *	all:   one { "&&" one }
 *	one:   "!" one | "(" any ")" | WORD RELATION VALUE
 *
 * The programs want groups of conditions of which one group has to hold. They are made on the way: "||" puts the groups of
 * both sides one after the other, "&&" joins each of the left with each of the right; below a "!" it is the other way
 * around, and each condition is negated. */
#include "sampler/filter.h"

#include <string.h>

#include "base/parse.h"
#include "sampler/operand.h"

enum { DEPTH_MAX = 64, TEXT_MAX = 64 };

struct terms {
	struct event_condition items[CONDITIONS_MAX]; /* is_last ends a group */
	unsigned n;
};

struct parser {
	const struct probe *probe;
	const char *text, *at;
	unsigned depth;
	struct err *err;
};

/* What a comparison is with. */
struct value {
	bool is_text, is_negative;
	uint64_t number; /* its bits */
	char text[TEXT_MAX];
	size_t len;
};

static const struct relation {
	const char *text;
	uint8_t relation;
	bool negated;
} relations[] = {
	{"==", RELATION_EQUAL, false},	    {"!=", RELATION_NOT_EQUAL, false}, {"<=", RELATION_LESS_EQUAL, false},
	{">=", RELATION_LESS, true},	    {"<", RELATION_LESS, false},       {">", RELATION_LESS_EQUAL, true},
	{"&", RELATION_BITS, false},
};

static int
complain(struct parser *p, const char *at, const char *what)
{
	return err_set(p->err, "%s: --filter '%s', column %zu: %s", p->probe->name, p->text, (size_t)(at - p->text) + 1, what);
}

static void
skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t\n");
}

static bool
accept(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	skip_blanks(p);
	if (strncmp(p->at, token, len))
		return false;
	p->at += len;
	return true;
}

static int
append(struct parser *p, struct terms *to, const struct event_condition *items, unsigned n)
{
	if (to->n + n > CONDITIONS_MAX)
		return complain(p, p->at, "this is too much: the kernel's side has room for 8 comparisons, and where || stands within "
					  "&& each side of it counts again");
	memcpy(to->items + to->n, items, n * sizeof(*items));
	to->n += n;
	return 0;
}

static unsigned
group_length(const struct event_condition *group)
{
	unsigned n = 1;

	while (!group[n - 1].is_last)
		n++;
	return n;
}

/* Left or right: the groups of both. Left and right: each group of the one with each of the other. */
static int
join(struct parser *p, struct terms *left, const struct terms *right, bool both)
{
	struct terms product = {0};
	unsigned n, m;

	if (!both)
		return append(p, left, right->items, right->n);
	for (unsigned i = 0; i < left->n; i += n) {
		n = group_length(left->items + i);
		for (unsigned k = 0; k < right->n; k += m) {
			m = group_length(right->items + k);
			if (append(p, &product, left->items + i, n))
				return -1;
			product.items[product.n - 1].is_last = 0;
			if (append(p, &product, right->items + k, m))
				return -1;
		}
	}
	*left = product;
	return 0;
}

static int
parse_text(struct parser *p, struct value *v)
{
	const char *begin = p->at;

	v->is_text = true;
	for (p->at++; *p->at != '"'; p->at++) {
		if (*p->at == '\\' && p->at[1])
			p->at++;
		if (!*p->at)
			return complain(p, begin, "the text has no end; a \" is missing");
		if (v->len + 1 >= TEXT_MAX)
			return complain(p, begin, "the text is too long");
		v->text[v->len++] = *p->at;
	}
	p->at++;
	return 0;
}

static int
parse_value(struct parser *p, struct value *v)
{
	const char *begin, *end;

	*v = (struct value){0};
	skip_blanks(p);
	begin = p->at;
	if (*begin == '"')
		return parse_text(p, v);
	v->is_negative = *begin == '-';
	p->at += v->is_negative;
	if (*p->at < '0' || *p->at > '9')
		return complain(p, begin, operand_word(begin) ? "what a word is compared with has to be a number or a \"text\""
							      : "a number or a \"text\" is expected");
	if (!parse_number_at(p->at, &end, &v->number) || (v->is_negative && v->number > 1ULL << 63))
		return complain(p, begin, "the number does not fit in 64 bits");
	if (operand_word(end) || *end == '.')
		return complain(p, begin, "this is not a whole number, decimal or 0x hexadecimal");
	v->number = v->is_negative ? -v->number : v->number;
	p->at = end;
	return 0;
}

/* An int is equal to 0xffffffff if it is -1, and an unsigned one to -1, as in C. False: it never has this value. */
static bool
fit_equal(const struct event_operand *o, struct value *v)
{
	unsigned bits = 8U * o->size, unused = 64 - bits;
	uint64_t low = v->number << unused >> unused;
	uint64_t extended = (uint64_t)((int64_t)(v->number << unused) >> unused);

	if (v->number != low && v->number != extended)
		return false;
	v->number = o->is_signed ? extended : low;
	return true;
}

/* The comparison of a number; o is what the word stands for. */
static int
compare_number(struct parser *p, const char *at, const struct event_operand *o, const struct relation *r, struct value *v,
	       struct event_condition *c)
{
	bool order = r->relation == RELATION_LESS || r->relation == RELATION_LESS_EQUAL;
	bool huge = !v->is_negative && v->number > INT64_MAX;

	if (order && v->is_negative && !o->is_signed)
		return complain(p, at, "this is never below 0: it has no sign (:s64 gives it one)");
	if (order && huge && o->is_signed && o->size < 8)
		return complain(p, at, "this never has so many bits");
	if (!order && !fit_equal(o, v))
		return complain(p, at, "this never has so many bits");
	*c = (struct event_condition){
		.left = *o,
		.mask = UINT64_MAX,
		.right = (int64_t)v->number,
		.relation = r->relation,
		.is_unsigned = !o->is_signed || (order && huge),
		.negated = r->negated,
		.is_last = 1,
	};
	return 0;
}

/* The comparison of a text, with the NUL that ends it, by pieces of up to 8 bytes; all have to be equal, or one not. */
static int
compare_text(struct parser *p, const char *at, const struct trace_field *f, const struct relation *r, struct value *v,
	     struct terms *to, bool negate)
{
	bool equal = (r->relation == RELATION_EQUAL) != negate;
	size_t len = v->len < f->size ? v->len + 1 : v->len;
	unsigned step;

	if (r->relation != RELATION_EQUAL && r->relation != RELATION_NOT_EQUAL)
		return complain(p, at, "texts are compared with == and != only");
	if (len > f->size)
		return complain(p, at, "the text is longer than the field");
	*to = (struct terms){0};
	for (size_t done = 0; done < len; done += step) {
		size_t room = f->size - done;
		struct event_condition c = {.relation = equal ? RELATION_EQUAL : RELATION_NOT_EQUAL, .is_unsigned = 1};
		uint64_t word = 0;

		step = room >= 8 ? 8 : room >= 4 ? 4 : room >= 2 ? 2 : 1;
		for (unsigned i = 0; i < step && done + i < len; i++) {
			word |= (uint64_t)(unsigned char)v->text[done + i] << 8 * i;
			c.mask |= 0xffULL << 8 * i;
		}
		c.left = (struct event_operand){.kind = OPERAND_CONTEXT, .size = (__u8)step, .offset = f->offset + (__u32)done};
		c.right = (int64_t)word;
		c.is_last = !equal || done + step >= len;
		if (append(p, to, &c, 1))
			return -1;
	}
	return 0;
}

static const struct relation *
parse_relation(struct parser *p)
{
	skip_blanks(p);
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++)
		if (strncmp(p->at, "&&", 2) && accept(p, relations[i].text))
			return &relations[i];
	return NULL;
}

static int
parse_comparison(struct parser *p, bool negate, struct terms *to)
{
	const char *word = p->at, *at;
	size_t len = operand_word(word);
	const struct trace_field *field;
	const struct relation *r;
	struct event_operand o;
	struct value v;
	struct err why;

	if (!len)
		return complain(p, word, *word ? "a comparison, as in 'arg1 > 4096', is expected" : "a comparison is missing");
	p->at += len;
	field = operand_text_field(p->probe, word, len);
	if (!field && operand_find(p->probe, word, len, &o, &why))
		return complain(p, word, why.text);
	r = parse_relation(p);
	if (!r)
		return complain(p, p->at, "one of == != < <= > >= & is expected");
	skip_blanks(p);
	at = p->at;
	if (parse_value(p, &v))
		return -1;
	if (field && v.is_text)
		return compare_text(p, at, field, r, &v, to, negate);
	if (field || v.is_text)
		return complain(p, at, field ? "this field holds text, and is compared with a \"text\"" : "only a tracepoint's field that "
				"holds text (char[]) is compared with one");
	if (compare_number(p, at, &o, r, &v, &to->items[0]))
		return -1;
	to->items[0].negated ^= negate;
	to->n = 1;
	return 0;
}

static int parse_any(struct parser *p, bool negate, struct terms *to);

static int
parse_one(struct parser *p, bool negate, struct terms *to)
{
	int status;

	for (; accept(p, "!"); negate = !negate)
		;
	if (!accept(p, "("))
		return parse_comparison(p, negate, to);
	if (++p->depth > DEPTH_MAX)
		return complain(p, p->at, "too many parentheses");
	status = parse_any(p, negate, to);
	p->depth--;
	if (!status && !accept(p, ")"))
		status = complain(p, p->at, "a ) is missing, or && or ||");
	return status;
}

static int
parse_all(struct parser *p, bool negate, struct terms *to)
{
	struct terms right;

	if (parse_one(p, negate, to))
		return -1;
	while (accept(p, "&&"))
		if (parse_one(p, negate, &right) || join(p, to, &right, !negate))
			return -1;
	return 0;
}

static int
parse_any(struct parser *p, bool negate, struct terms *to)
{
	struct terms right;

	if (parse_all(p, negate, to))
		return -1;
	while (accept(p, "||"))
		if (parse_all(p, negate, &right) || join(p, to, &right, negate))
			return -1;
	return 0;
}

int
filter_parse(struct probe *p, const char *text, struct err *err)
{
	struct parser parser = {.probe = p, .text = text, .at = text, .err = err};
	struct terms terms;

	if (parse_any(&parser, false, &terms))
		return -1;
	skip_blanks(&parser);
	if (*parser.at)
		return complain(&parser, parser.at, "&& or || is expected");
	memcpy(p->rule.conditions, terms.items, terms.n * sizeof(terms.items[0]));
	p->rule.n_conditions = terms.n;
	return 0;
}
