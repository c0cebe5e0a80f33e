/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The web page of pb-d3 --html and pb-serve: the viewer's style and script in one HTML document that asks nobody for
 * anything (and, live, its own server only). */
#ifndef VIEWER_PAGE_H
#define VIEWER_PAGE_H

#include <stddef.h>

#include "base/buf.h"

struct page {
	const char *title; /* text that is safe as XML already */
	const char *data;  /* a profile as JSON, see profile.js; NULL: the page is live and asks its server for it */
	size_t len;	   /* of data, in bytes */
};

/* Appends the document. What could end the data block or break a line of script is escaped here. */
void page_write(const struct page *page, struct buf *out);

/* The live page's policy, the value of an HTTP header Content-Security-Policy; a saved page carries a stricter one in
 * itself. */
extern const char page_policy[];

#endif
