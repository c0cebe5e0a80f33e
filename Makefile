# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive Makefile; everything generated goes to build/ (STATIC=1: build/static, ASAN=1: build/asan).

VERSION  = 0.1
PREFIX  ?= /usr/local
DESTDIR ?=
CC       = $(CROSS)gcc
CLANG   ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
CFLAGS  ?= -O2 -g
MACHINE := $(subst aarch64,arm64,$(shell uname -m))
ARCH    ?= $(MACHINE)
# For another machine (ARCH=arm64) with Debian's cross compiler and its libraries from scripts/sysroot.
FOREIGN := $(if $(filter-out $(MACHINE),$(subst aarch64,arm64,$(ARCH))),$(ARCH))
TRIPLET := $(if $(FOREIGN),aarch64-linux-gnu)
CROSS   ?= $(if $(FOREIGN),$(TRIPLET)-)
SYSROOT := $(if $(FOREIGN),build/sysroot-$(FOREIGN))

B := build$(if $(FOREIGN),/$(FOREIGN))$(if $(STATIC),/static)$(if $(ASAN),/asan)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wno-missing-field-initializers
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DPB_VERSION='"$(VERSION)"' $(WARNINGS) $(CFLAGS) -fno-omit-frame-pointer \
	$(if $(ASAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined) $(if $(STATIC),-ffunction-sections -fdata-sections) \
	-Ilib -I. -I$(B)/bpf $(if $(FOREIGN),-idirafter $(SYSROOT)/usr/include -idirafter $(SYSROOT)/usr/include/$(TRIPLET))
ALL_LDFLAGS = $(LDFLAGS) $(if $(FOREIGN),-L$(SYSROOT)/usr/lib/$(TRIPLET)) $(if $(ASAN),-fsanitize=address$(comma)undefined) $(if $(STATIC),-static -Wl$(comma)--gc-sections)
comma := ,

# Each command: the rooms it links, most dependent first, then its libraries.
COMMANDS := pb-record pb-symbolize pb-fold pb-svg pb-d3 pb-serve pb-dump
rooms_pb-record    := sampler unwind sym dwarf elf stream base
parts_pb-record    := $(patsubst cmd/%.c,%,$(wildcard cmd/record_*.c))
libs_pb-record     := -lbpf -lelf -lz -ldeflate -lzstd -llzma -liberty
rooms_pb-symbolize := sym dwarf elf stream base
parts_pb-symbolize := $(patsubst cmd/%.c,%,$(wildcard cmd/symbolize_*.c))
libs_pb-symbolize  := -liberty -lz -ldeflate -lzstd -llzma
rooms_pb-fold      := stream flame base
parts_pb-fold      := fold_stacks fold_lines fold_events event_names stack_nodes
rooms_pb-svg       := flame base
libs_pb-svg        := -lm
rooms_pb-d3        := viewer flame base
libs_pb-d3         := -lm
rooms_pb-serve     := viewer stream flame base
parts_pb-serve     := $(patsubst cmd/%.c,%,$(wildcard cmd/serve_*.c)) stack_nodes fold_lines event_names
libs_pb-serve      := -lwebsockets -lz -lm
rooms_pb-dump      := stream base

# The viewer's script is one file made of these, in this order.
VIEWER := $(basename $(notdir $(wildcard lib/viewer/*.js)))

ROOMS   := base stream elf dwarf unwind sampler sym flame viewer
BPF     := $(patsubst bpf/%.bpf.c,%,$(wildcard bpf/*.bpf.c))
SKELS   := $(BPF:%=$(B)/bpf/%.skel.h)
objects  = $(patsubst %.c,$(B)/%.o,$(wildcard lib/$(1)/*.c)) $(patsubst %,$(B)/%.o,$(call texts,$(1)))
texts    = $(wildcard lib/$(1)/*.css) $(if $(filter viewer,$(1)),lib/viewer/viewer.js,$(wildcard lib/$(1)/*.js))
have     = $(foreach c,$(COMMANDS),$(if $(wildcard cmd/$(c).c),$(c)))
BINARIES := $(have:%=$(B)/%)

all: $(BINARIES)

# A room's archive is made even when the room is still empty.
define room_rule
$(B)/lib/$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D) && rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

define command_rule
$(B)/$(1): $(B)/cmd/$(1).o $(parts_$(1):%=$(B)/cmd/%.o) $(rooms_$(1):%=$(B)/lib/%.a)
	@echo "  LINK $$@"
	@$(CC) $$(ALL_LDFLAGS) $(if $(STATIC),$$(static_flags_$(1))) -o $$@ $$^ $(libs_$(1)) $(if $(STATIC),$$(static_libs_$(1)))
endef
static_libs_pb-record    := -lz
static_libs_pb-symbolize := -lz
static_libs_pb-serve     := -lssl -lcrypto -lcap -lz
# The linker warns of getaddrinfo() and others in a static program: names of hosts then need a libc of the same version
# there. libwebsockets holds them too; pb-serve asks for names only when --listen has one.
static_flags_pb-serve    := -Wl,--no-warnings
$(foreach c,$(COMMANDS),$(eval $(call command_rule,$(c))))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# A page's script or style becomes `const char NAME[], NAME_end[]`, lib/flame/svg.js being svg_js.
$(B)/%.js.o $(B)/%.css.o: EMBED = $(subst .,_,$(notdir $<))
$(B)/%.js.o: %.js ; $(embed)
$(B)/%.js.o: $(B)/%.js ; $(embed)
$(B)/%.css.o: %.css ; $(embed)
define embed
@mkdir -p $(@D)
@echo "  DATA $<"
@printf '.section .rodata\n.globl $(EMBED), $(EMBED)_end\n$(EMBED): .incbin "$<"\n$(EMBED)_end: .byte 0\n.section .note.GNU-stack,"",%%progbits\n' | \
	$(CC) -c -x assembler -o $@ -
endef

# Lines of comment and indentation stay behind: no part may hold a text of several lines.
$(B)/lib/viewer/viewer.js: $(VIEWER:%=lib/viewer/%.js) Makefile
	@mkdir -p $(@D)
	@{ echo '(() => {"use strict";'; sed -e 's/^[ \t]*//' -e '/^\/\//d' -e '/^$$/d' $(VIEWER:%=lib/viewer/%.js); echo '})();'; } > $@

# A page's policy names what it may run and wear by hash.
$(B)/lib/viewer/page.o: ALL_CFLAGS += -DSCRIPT_HASH=$(call sha256,$(B)/lib/viewer/viewer.js) -DSTYLE_HASH=$(call sha256,lib/viewer/viewer.css)
$(B)/lib/viewer/page.o: $(B)/lib/viewer/viewer.js lib/viewer/viewer.css
sha256 = \"sha256-$$(sha256sum < $(1) | cut -c1-64 | tr a-f A-F | basenc --base16 -d | base64 -w0)\"

# Programs that tests run: build/tests/stream/cut from tests/stream/cut.c.
$(B)/tests/%: $(B)/tests/%.o $(B)/lib/flame.a $(B)/lib/stream.a $(B)/lib/base.a
	@echo "  LINK $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^

# Those in tests/serve link pb-serve's data side, too.
feed := $(patsubst %,$(B)/cmd/serve_%.o,feed profile history events segment message ring renew store facts query document clerk) \
	$(B)/cmd/stack_nodes.o $(B)/cmd/fold_lines.o $(B)/cmd/event_names.o
$(B)/tests/serve/%: $(B)/tests/serve/%.o $(feed) $(B)/lib/flame.a $(B)/lib/stream.a $(B)/lib/base.a
	@echo "  LINK $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ -lz -lm

# Those in tests/unwind look at tables.
$(B)/tests/unwind/%: $(B)/tests/unwind/%.o $(B)/lib/unwind.a $(B)/lib/elf.a $(B)/lib/base.a
	@echo "  LINK $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ -lz

# Those in tests/hotspot look at a Java virtual machine.
$(B)/tests/hotspot/%: $(B)/tests/hotspot/%.o $(B)/lib/unwind.a $(B)/lib/elf.a $(B)/lib/base.a
	@echo "  LINK $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ -lz

# Those in tests/elf look at files.
$(B)/tests/elf/%: $(B)/tests/elf/%.o $(B)/lib/elf.a $(B)/lib/base.a
	@echo "  LINK $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ -lz -llzma

# Those in tests/dwarf look at debug information.
$(B)/tests/dwarf/%: $(B)/tests/dwarf/%.o $(B)/lib/dwarf.a $(B)/lib/elf.a $(B)/lib/base.a
	@echo "  LINK $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ -lz -ldeflate -lzstd -llzma

# Those in tests/probe look for places where events fire.
$(B)/tests/probe/%: $(B)/tests/probe/%.o $(B)/lib/sampler.a $(B)/lib/unwind.a $(B)/lib/sym.a $(B)/lib/dwarf.a $(B)/lib/elf.a $(B)/lib/base.a
	@echo "  LINK $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(libs_pb-record) -liberty

# A table kept on disk is good as long as what made it is the same.
builder := $(wildcard lib/unwind/*.[ch] lib/elf/*.[ch]) bpf/unwind.h
$(B)/lib/unwind/cache.o: ALL_CFLAGS += -DUNWIND_BUILDER=0x$$(cat $(builder) | sha256sum | cut -c1-16)ULL
$(B)/lib/unwind/cache.o: $(builder)

BPF_ARCH := $(ARCH:x86_64=x86)
BPF_ARCH := $(BPF_ARCH:aarch64=arm64)
$(B)/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	@echo "  BPF  $<"
	@$(CLANG) -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -O2 -g -Wall -Wextra -Wno-unused-parameter -Ibpf -MMD -MP -c -o $@ $<

$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	@$(BPFTOOL) gen skeleton $< name $(subst -,_,$*)_bpf > $@

$(call objects,sampler): | $(SKELS)

# The machine's system calls by name and number, from the headers it is built with.
$(B)/lib/sampler/syscalls.o: | $(B)/bpf/syscalls.inc
$(B)/bpf/syscalls.inc:
	@mkdir -p $(@D)
	@echo '#include <asm/unistd.h>' | $(CC) $(ALL_CFLAGS) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/{"\1", __NR_\1},/p' | sort > $@
-include $(shell find $(B) -path $(B)/vm -prune -o -type f -name '*.d' -print 2>/dev/null)

asan:
	@$(MAKE) --no-print-directory ASAN=1 all

demo: ; @scripts/demo
check: ; @scripts/check
bench: ; @scripts/bench

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(addprefix $(DESTDIR)$(PREFIX)/share/man/man,1 5 7)
	install -m 755 $(BINARIES) $(DESTDIR)$(PREFIX)/bin
	for s in 1 5 7; do install -m 644 man/*.$$s $(DESTDIR)$(PREFIX)/share/man/man$$s; done

clean:
	rm -rf build

.PHONY: all asan demo check bench install clean
.SECONDARY:
.DELETE_ON_ERROR:
