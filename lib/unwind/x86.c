// SPDX-License-Identifier: GPL-2.0-or-later
/* The lengths of x86-64 instructions (Intel SDM, volume 2, appendix A). */
#include "unwind/x86.h"

#include "base/cursor.h"

/* What follows an opcode, by letter:
 *	.  nothing		m  ModRM		1  8 bits		4  32 bits, 16 after 66
 *	M  ModRM, 8 bits	N  ModRM, as 4		2  16 bits		3  16 and 8 bits
 *	v  as 4, 64 with REX.W	a  64 bits (an address)	b  branch by 8 bits	B  branch by 32 bits
 *	g  ModRM, 8 bits if it is "test"		G  the same, as 4
 *	p  it is a prefix	x  it is none here, or one of those that are looked at apart */
static const char one_byte[] =
	/* 00 */ "mmmm14xxmmmm14xx"
	/* 10 */ "mmmm14xxmmmm14xx"
	/* 20 */ "mmmm14pxmmmm14px"
	/* 30 */ "mmmm14pxmmmm14px"
	/* 40 */ "xxxxxxxxxxxxxxxx"
	/* 50 */ "................"
	/* 60 */ "xxxmpppp4N1M...."
	/* 70 */ "bbbbbbbbbbbbbbbb"
	/* 80 */ "MNxMmmmmmmmmmmmm"
	/* 90 */ "..........x....."
	/* a0 */ "aaaa....14......"
	/* b0 */ "11111111vvvvvvvv"
	/* c0 */ "MM2.xxMN3.2..1x."
	/* d0 */ "mmmmxxx.mmmmmmmm"
	/* e0 */ "bbbb1111BBxb...."
	/* f0 */ "p.pp..gG......mm";

static const char after_0f[] =
	/* 00 */ "mmmmx.....x.xm.x"
	/* 10 */ "mmmmmmmmmmmmmmmm"
	/* 20 */ "mmmmxxxxmmmmmmmm"
	/* 30 */ "......x.xxxxxxxx"
	/* 40 */ "mmmmmmmmmmmmmmmm"
	/* 50 */ "mmmmmmmmmmmmmmmm"
	/* 60 */ "mmmmmmmmmmmmmmmm"
	/* 70 */ "MMMMmmm.mmmmmmmm"
	/* 80 */ "BBBBBBBBBBBBBBBB"
	/* 90 */ "mmmmmmmmmmmmmmmm"
	/* a0 */ "...mMmxx...mMmmm"
	/* b0 */ "mmmmmmmmmmMmmmmm"
	/* c0 */ "mmMmMMMm........"
	/* d0 */ "mmmmmmmmmmmmmmmm"
	/* e0 */ "mmmmmmmmmmmmmmmm"
	/* f0 */ "mmmmmmmmmmmmmmmm";

struct prefixes {
	bool narrow; /* 66 */
	uint8_t rex;
};

static char
letter_of(const struct x86_instruction *x)
{
	switch (x->map) {
	case X86_ONE_BYTE:
		return one_byte[x->op];
	case X86_0F:
		return after_0f[x->op];
	case X86_0F3A:
		return 'M';
	default:
		return 'm';
	}
}

/* VEX of two or three bytes, EVEX: they say which map, and stand for REX and the prefixes. */
static bool
read_vector(struct cursor *c, struct x86_instruction *x, uint8_t first)
{
	uint8_t payload = cursor_byte(c);

	x->vector = true;
	x->map = first == 0xc5 ? X86_0F : payload & (first == 0x62 ? 7 : 31);
	for (int more = first == 0xc5 ? 0 : first == 0xc4 ? 1 : 2; more; more--)
		cursor_byte(c);
	x->op = cursor_byte(c);
	if (first == 0x62 && (x->map == 5 || x->map == 6)) /* AVX512-FP16 */
		x->map = X86_0F38;
	return x->map >= X86_0F && x->map <= X86_0F3A;
}

static bool
read_opcode(struct cursor *c, struct x86_instruction *x, struct prefixes *p)
{
	uint8_t byte = cursor_byte(c);

	while (one_byte[byte] == 'p' && !c->bad) {
		p->narrow |= byte == 0x66;
		byte = cursor_byte(c);
	}
	if ((byte & 0xf0) == 0x40) {
		p->rex = byte;
		byte = cursor_byte(c);
	}
	x->wide = p->rex & 8;
	if (byte == 0xc4 || byte == 0xc5 || byte == 0x62)
		return !p->rex && read_vector(c, x, byte);
	x->op = byte;
	if (byte != 0x0f)
		return true;
	x->map = X86_0F;
	x->op = cursor_byte(c);
	if (x->op == 0x38 || x->op == 0x3a) {
		x->map = x->op == 0x38 ? X86_0F38 : X86_0F3A;
		x->op = cursor_byte(c);
	}
	return true;
}

static void
read_modrm(struct cursor *c, struct x86_instruction *x, uint8_t rex)
{
	uint8_t modrm = cursor_byte(c), base = modrm & 7;

	x->has_modrm = true;
	x->mod = modrm >> 6;
	x->reg = (uint8_t)((modrm >> 3 & 7) | (rex & 4) << 1);
	if (x->mod != 3 && base == 4) {
		uint8_t sib = cursor_byte(c);

		base = sib & 7;
		x->indexed = (sib >> 3 & 7) != 4 || rex & 2;
	}
	x->rm = (uint8_t)(base | (rex & 1) << 3);
	if (x->mod == 1)
		x->displacement = (int8_t)cursor_byte(c);
	else if (x->mod == 2 || (!x->mod && base == 5))
		x->displacement = (int32_t)cursor_fixed(c, 4);
}

static bool
has_modrm(char letter)
{
	return letter == 'm' || letter == 'M' || letter == 'N' || letter == 'g' || letter == 'G';
}

static int64_t
read_signed(struct cursor *c, unsigned bytes)
{
	uint64_t value = cursor_fixed(c, bytes);
	unsigned unused = 64 - 8 * bytes;

	return (int64_t)(value << unused) >> unused;
}

static unsigned
immediate_bytes(const struct x86_instruction *x, char letter, bool narrow)
{
	unsigned word = narrow && !x->wide ? 2 : 4;
	bool is_test = (x->reg & 7) < 2;

	switch (letter) {
	case '1':
	case 'M':
	case 'b':
		return 1;
	case '2':
		return 2;
	case '3':
		return 3;
	case '4':
	case 'N':
		return word;
	case 'B':
		return 4;
	case 'v':
		return x->wide ? 8 : word;
	case 'a':
		return 8;
	case 'g':
		return is_test;
	case 'G':
		return is_test ? word : 0;
	default:
		return 0;
	}
}

bool
x86_read(const uint8_t *code, size_t n, struct x86_instruction *x)
{
	struct cursor c = {code, code + (n < 15 ? n : 15), false};
	struct prefixes p = {0};
	unsigned bytes;
	char letter;

	*x = (struct x86_instruction){0};
	if (!read_opcode(&c, x, &p) || c.bad)
		return false;
	letter = letter_of(x);
	if (letter == 'x' || letter == 'p')
		return false;
	if (has_modrm(letter))
		read_modrm(&c, x, p.rex);
	else
		x->rm = (uint8_t)((x->op & 7) | (p.rex & 1) << 3);
	bytes = immediate_bytes(x, letter, p.narrow);
	if (bytes)
		x->immediate = read_signed(&c, bytes);
	x->length = (uint8_t)(c.at - code);
	return !c.bad;
}
