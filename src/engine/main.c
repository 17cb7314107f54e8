/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-engine: the buildout engine, started inside a partition. */
#include "base/bug.h"
#include "engine/run.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv, char **envp);
} commands[] = {
	{"annotate", annotate_json_main},
	{"build", build_main},
	{"instance", instance_main},
	{"buildout", buildout_main},
};

int main(int argc, char **argv, char **envp)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (argc > 1 && strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2, envp);
	(void)fprintf(stderr,
		"usage: cantle-engine build --directory DIR --profile FILE [--option S:K=V]... "
		"[--jobs N] [--no-broker]\n"
		"       cantle-engine instance --directory DIR --software DIR [--no-broker]\n"
		"       cantle-engine annotate --json --dir DIR [--python EXE] PROFILE\n"
		"       cantle-engine buildout [OPTION]... [[SECTION:]OPTION=VALUE]... "
		"[COMMAND [PART]...]\n");
	return RUN_USAGE;
}
