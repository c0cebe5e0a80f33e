// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens callback.so, which calls back into the program; both are this file, the library with -DPLUGIN. */
#include <dlfcn.h>

#include "burn.h"

void plugin_run(void (*call)(void));

#ifdef PLUGIN
static KEEP void
plugin_inner(void (*call)(void))
{
	WITH_ALL_REGISTERS(call());
}

void
plugin_run(void (*call)(void))
{
	plugin_inner(call);
	AND_BACK;
}
#else
static KEEP void
called_back(void)
{
	WITH_ALL_REGISTERS(while (more()) burn());
}

int
main(int argc, char **argv)
{
	void (*run)(void (*)(void)) = NULL;
	void *plugin = dlopen("callback.so", RTLD_NOW);

	if (plugin)
		*(void **)&run = dlsym(plugin, "plugin_run");
	if (!run)
		return 1;
	begin(argc, argv);
	run(called_back);
	return 0;
}
#endif
