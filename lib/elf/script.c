// SPDX-License-Identifier: GPL-2.0-or-later
/* Which program is run by a name: execvp(3) and the kernel's fs/binfmt_script.c. */
#include "elf/script.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "elf/build_id.h"

enum { LINE = 256 }; /* as much of it as the kernel reads */

static const char blanks[] = " \t";

static bool
is_executable(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

char *
script_find(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return is_executable(name) ? xstrdup(name) : NULL;
	if (!path)
		path = "/bin:/usr/bin";
	while (path && *name) {
		size_t len = strcspn(path, ":");
		struct buf file = {0};

		buf_printf(&file, "%.*s%s%s", (int)len, path, len ? "/" : "", name);
		if (is_executable(buf_cstr(&file)))
			return file.data;
		buf_free(&file);
		path = path[len] ? path + len + 1 : NULL;
	}
	return NULL;
}

bool
script_read(const char *path, char **interpreter, char **argument)
{
	char line[LINE + 1], *word;
	struct err err;
	int fd = elf_open_fd(path, &err);
	ssize_t n;
	size_t len;

	if (fd < 0)
		return false;
	n = read(fd, line, LINE);
	close(fd);
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = 0;
	line[strcspn(line, "\n")] = 0;
	for (len = strlen(line); len > 2 && strchr(blanks, line[len - 1]); len--)
		line[len - 1] = 0;
	word = line + 2 + strspn(line + 2, blanks);
	len = strcspn(word, blanks);
	if (!len)
		return false;
	*interpreter = xstrndup(word, len);
	word += len + strspn(word + len, blanks);
	*argument = *word ? xstrdup(word) : NULL;
	return true;
}

char *
script_env_name(const char *interpreter, const char *argument)
{
	const char *slash = strrchr(interpreter, '/');

	if (!argument || strcmp(slash ? slash + 1 : interpreter, "env"))
		return NULL;
	for (;;) {
		size_t len;

		argument += strspn(argument, blanks);
		len = strcspn(argument, blanks);
		if (!len)
			return NULL;
		if (argument[0] == '-' && argument[1] == 'S' && len > 2) {
			argument += 2;
			continue;
		}
		if (argument[0] != '-' && !memchr(argument, '=', len))
			return xstrndup(argument, len);
		argument += len;
	}
}
