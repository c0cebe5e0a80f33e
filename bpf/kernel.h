/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few kernel types and fields that the programs read, relocated to the running kernel by CO-RE.
 * bpf_tracing.h takes the kernel's register names only when it believes in a vmlinux.h. */
#ifndef BPF_KERNEL_H
#define BPF_KERNEL_H

#define __VMLINUX_H__

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef _Bool bool;
enum { false, true };

#define NULL ((void *)0)

enum { PAGE_SHIFT = 12, VM_EXEC = 4 };

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
};

/* uapi/linux/bpf.h */
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_F_USER_STACK = 1 << 8,
	BPF_F_MMAPABLE = 1 << 10,
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

/* Not all kernels have these: bpf_core_enum_value_exists() tells. */
enum bpf_func_id {
	BPF_FUNC_get_func_ip = 173,
	BPF_FUNC_get_attach_cookie = 174,
	BPF_FUNC_task_pt_regs = 175,
	BPF_FUNC_loop = 181,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	unsigned s_dev;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct file {
	struct inode *f_inode;
};

struct mm_struct;

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_pgoff, vm_flags;
	struct mm_struct *vm_mm;
	struct file *vm_file;
};

/* linux/maple_tree.h */
struct maple_range_64 {
	unsigned long pivot[15];
	void *slot[16];
};

struct maple_arange_64 {
	unsigned long pivot[9];
	void *slot[10];
};

struct maple_tree {
	void *ma_root;
};

struct mm_struct {
	unsigned long start_code;
	struct maple_tree mm_mt;
};

struct ns_common {
	unsigned inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned level;
	struct upid numbers[1];
};

/* What a return probe has put aside: the stack pointer at the function's begin, and where it was to return to. */
struct return_instance {
	unsigned long stack, orig_ret_vaddr;
	struct return_instance *next;
};

/* xol_vaddr: while the instruction under a probe, at vaddr, is run elsewhere, where its copy is. */
struct uprobe_task {
	struct return_instance *return_instances;
	unsigned long vaddr, xol_vaddr;
};

struct sched_entity {
	__u64 sum_exec_runtime; /* ns on cpus; up to date when the task leaves one, and at each tick */
};

struct task_struct {
	int pid, tgid;
	struct sched_entity se;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct uprobe_task *utask;
	char comm[16];
	__u64 start_time;     /* ns of CLOCK_MONOTONIC */
	__u64 start_boottime; /* ns since boot */
	__u64 self_exec_id;   /* how often this task has called exec */
	unsigned in_execve : 1;
	unsigned flags;
	int on_cpu;
	int wake_cpu;	      /* about the last one that it ran on */
	int exit_state;
	void *stack;
	struct mm_struct *mm;
};

#pragma clang attribute pop

enum { PF_KTHREAD = 0x00200000, PF_USER_WORKER = 0x00004000 };

struct bpf_iter__task {
	void *meta;
	struct task_struct *task;
};

struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

/* uapi/asm/ptrace.h and uapi/linux/bpf_perf_event.h: the context of a perf event's program. Its layout is promised to
 * user space, so it is not relocated; the verifier refuses relocated reads of it. */
struct pt_regs {
#if defined(__TARGET_ARCH_x86)
	__u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
#elif defined(__TARGET_ARCH_arm64)
	__u64 regs[31], sp, ip, pstate;
#else
#error "which registers?"
#endif
};

struct bpf_perf_event_data {
	struct pt_regs regs;
	__u64 sample_period, addr;
};

#endif
