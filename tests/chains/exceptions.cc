// SPDX-License-Identifier: GPL-2.0-or-later
/* C++ exceptions: burns in a catch block, in a destructor that unwinding runs, in the destructor of the exception,
 * and in the personality routine, which the unwinder of libgcc calls while it searches and while it unwinds. */
#include <dlfcn.h>
#include <unwind.h>

#include "burn.h"

using personality = _Unwind_Reason_Code(int, _Unwind_Action, _Unwind_Exception_Class, _Unwind_Exception *,
					_Unwind_Context *);

static personality *real;
static bool watched;

/* Stands in front of that of libstdc++. Which of the unwinder's phases called is in the name of the function. */
static KEEP void
search_phase()
{
	burn();
	AND_BACK;
}

static KEEP void
cleanup_phase()
{
	burn();
	AND_BACK;
}

extern "C" _Unwind_Reason_Code
__gxx_personality_v0(int version, _Unwind_Action actions, _Unwind_Exception_Class kind, _Unwind_Exception *exception,
		     _Unwind_Context *context)
{
	if (watched && (actions & _UA_SEARCH_PHASE))
		search_phase();
	else if (watched)
		cleanup_phase();
	_Unwind_Reason_Code code = real(version, actions, kind, exception, context);
	AND_BACK;
	return code;
}

struct Error {
	Error()
	{
	}
	Error(const Error &)
	{
	}
	KEEP ~Error()
	{
		burn();
		AND_BACK;
	}
};

struct Guard {
	KEEP ~Guard()
	{
		burn();
		AND_BACK;
	}
};

template <class T>
KEEP void
raise_as(T value)
{
	throw value;
}

/* Has a landing pad that runs ~Guard() and goes on with _Unwind_Resume(). */
template <class T>
KEEP void
guarded(T value)
{
	Guard guard;

	__asm__ volatile("" ::"r"(&guard) : "memory");
	raise_as<T>(value);
	AND_BACK;
}

static KEEP void
caught_number()
{
	try {
		guarded<long>(4711);
	} catch (long) {
		burn();
		AND_BACK;
	}
}

static KEEP void
caught_error()
{
	try {
		raise_as<const Error &>(Error());
	} catch (const Error &) {
	}
	AND_BACK;
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	real = reinterpret_cast<personality *>(dlsym(RTLD_NEXT, "__gxx_personality_v0"));
	while (more()) {
		watched = true;
		caught_number();
		watched = false;
		caught_error();
	}
	return 0;
}
