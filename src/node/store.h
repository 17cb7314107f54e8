/* SPDX-License-Identifier: Apache-2.0 */
/* What the node remembers: tenants, software releases, partitions and their parameters, in SQLite. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:     one database file, node.db, WAL, synchronous=FULL: what was committed survives power loss.
 *            A row is written before the kernel objects it stands for are made and removed after
 *            they are gone, so that leaks are a set difference.
 * Units:     times in seconds since the epoch (for people), starttime in clock ticks since boot
 *            (proc(5), for telling processes apart).
 * Ownership: strings of rows live in the arena that was given at store_open().
 * Errors:    store.open, store.query, store.slots
 */
struct store;

enum { STORE_FOUND = 0, STORE_ABSENT = 1 };

struct store_tenant {
	int64_t id;
	const char *name;
	unsigned build_slot; /* 0: none yet */
};

struct store_software {
	int64_t tenant;
	const char *md5;    /* of the profile's absolute path or URL */
	const char *url;    /* the path or URL itself */
	const char *state;  /* building, available, failed */
	int64_t generation; /* grows with every successful build */
	int64_t changed_at;
};

struct store_partition {
	unsigned slot;
	int64_t tenant;
	const char *tenant_name;
	const char *name;
	const char *md5; /* the software release it runs */
	const char *url;
	const char *type;
	const char *wanted;      /* started, stopped, destroyed */
	const char *state;       /* requested, processing, started, stopped, failed, destroying */
	const char *error;       /* last failure, "" */
	const char *fingerprint; /* of what was processed last; "" never */
	const char *running; /* software and limits that the running services were started with */
	int64_t pid;         /* of pid 1 as the host sees it; 0 not running */
	int64_t starttime;
	const char *boot;
	int64_t created_at;
	int64_t changed_at;
	int64_t requested_at; /* when what is wanted of it changed last */
};

struct store_pair {
	const char *key;
	const char *value;
};

enum store_pairs { STORE_PARAMETERS, STORE_PUBLISHED };

must_check int store_open(
	struct fd_dir own, struct arena *arena, struct store **ret, struct err *err);
void store_close(struct store **store);

must_check int store_begin(struct store *s, struct err *err);
must_check int store_commit(struct store *s, struct err *err);
void store_rollback(struct store *s);

/* STORE_FOUND or STORE_ABSENT; create adds a missing tenant. */
must_check int store_tenant(
	struct store *s, const char *name, bool create, struct store_tenant *ret, struct err *err);
/* The tenant's build slot, 0 where it never built. */
must_check int store_build_slot(struct store *s, int64_t tenant, unsigned *ret, struct err *err);
must_check int store_tenant_slot(struct store *s, int64_t tenant, unsigned slot, struct err *err);

must_check int store_software(struct store *s, int64_t tenant, const char *md5,
	struct store_software *ret, struct err *err);
must_check int store_software_put(
	struct store *s, const struct store_software *row, struct err *err);
must_check int store_software_remove(
	struct store *s, int64_t tenant, const char *md5, struct err *err);
must_check int store_software_list(
	struct store *s, struct store_software **ret, size_t *ret_n, struct err *err);

must_check int store_partition(struct store *s, int64_t tenant, const char *name,
	struct store_partition *ret, struct err *err);
/* Insert or replace by slot. */
must_check int store_partition_put(
	struct store *s, const struct store_partition *row, struct err *err);
must_check int store_partition_remove(struct store *s, unsigned slot, struct err *err);
/* By tenant and name. */
must_check int store_partition_list(
	struct store *s, struct store_partition **ret, size_t *ret_n, struct err *err);

/* Replace, or read sorted by key, the parameters or published values of a partition. */
must_check int store_pairs_put(struct store *s, enum store_pairs which, unsigned slot,
	const struct store_pair *pairs, size_t n, struct err *err);
must_check int store_pairs(struct store *s, enum store_pairs which, unsigned slot,
	struct store_pair **ret, size_t *ret_n, struct err *err);

/* A slot that nobody uses; the one released last comes last. Call inside a transaction. */
must_check int store_slot_take(struct store *s, unsigned *ret, struct err *err);
