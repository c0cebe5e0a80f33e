// SPDX-License-Identifier: GPL-2.0-or-later
/* What a mangled name must have in it so that its readable form can match. */
#include "sampler/needles.h"

#include <string.h>

/* Words that demanglers write where the mangled name has something else: C++'s and Rust's own types and operators, the names
 * of std that have short forms, and what is said about a symbol. */
static const char *const words[] = {
	"void", "bool", "char", "signed", "unsigned", "short", "int", "long", "float", "double", "wchar_t", "char8_t", "char16_t",
	"char32_t", "__int128", "__float128", "nullptr_t", "auto", "decltype", "decimal32", "decimal64", "decimal128", "half",
	"_Float16", "_Float32", "_Float64", "_Float128", "std", "allocator", "basic_string", "string", "istream", "basic_istream",
	"ostream", "basic_ostream", "iostream", "basic_iostream", "char_traits", "operator", "new", "delete", "co_await", "const",
	"volatile", "restrict", "noexcept", "throw", "sizeof", "alignof", "typeid", "true", "false", "this", "anonymous",
	"namespace", "lambda", "unnamed", "type", "clone", "transaction", "virtual", "non", "thunk", "covariant", "return", "to",
	"vtable", "VTT", "for", "typeinfo", "name", "fn", "construction", "in", "guard", "variable", "reference", "temporary", "TLS",
	"init", "function", "wrapper", "global", "constructors", "destructors", "keyed", "initializer", "default", "arg", "parm",
	"complex", "imaginary", "_Complex", "_Imaginary", "static_cast", "dynamic_cast", "const_cast", "reinterpret_cast",
	"i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64", "str", "dyn", "mut",
	"impl", "as", "closure", "shim", "unsafe", "extern", "_",
};

static bool
is_word(const char *text, size_t len, bool whole)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if (whole ? n == len && !memcmp(words[i], text, len) : memmem(words[i], n, text, len) != NULL)
			return true;
	}
	return false;
}

static size_t
identifier_length(const char *text)
{
	size_t n = 0;

	while ((text[n] >= '0' && text[n] <= '9') || (text[n] >= 'A' && text[n] <= 'Z') || (text[n] >= 'a' && text[n] <= 'z') ||
	       text[n] == '_')
		n++;
	return n;
}

/* Types of arguments are not looked at. An identifier next to a wildcard may be a part of one. */
size_t
needles_find(const char *pattern, struct needle needles[NEEDLES_MAX])
{
	size_t n = 0, len;

	for (const char *p = pattern; *p && n < NEEDLES_MAX; p += len ? len : 1) {
		if (*p & 0x80) /* Rust has its own code for these */
			return 0;
		if (*p == '(' && strncmp(p, "(anonymous", 10))
			break;
		if (*p == '[' && strchr(p, ']')) { /* any of these, or an ABI's tag */
			len = (size_t)(strchr(p, ']') - p);
			continue;
		}
		len = identifier_length(p);
		if (len && (*p < '0' || *p > '9')) {
			bool whole = (p == pattern || !strchr("*?]", p[-1])) && (!p[len] || !strchr("*?[", p[len]));

			if (!is_word(p, len, whole))
				needles[n++] = (struct needle){(uint32_t)(p - pattern), (uint32_t)len};
		}
	}
	return n;
}

bool
needles_in(const char *pattern, const struct needle *needles, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (!memmem(name, len, pattern + needles[i].at, needles[i].len))
			return false;
	return true;
}
