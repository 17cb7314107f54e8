/* SPDX-License-Identifier: Apache-2.0 */
/* The native recipes: names, options, functions. */
#include "recipes/table.h"

#include "base/bug.h"
#include "engine/recipe.h"

#define REQUIRED RECIPE_OPTION_REQUIRED
#define BOOL     RECIPE_OPTION_BOOL
#define COMPUTED RECIPE_OPTION_COMPUTED

static const struct recipe_option cmmi_options[] = {
	{"url", 0, NULL, "archive to build; or path"},
	{"path", 0, NULL, "source directory to build; or url"},
	{"md5sum", 0, NULL, "checksum of the archive"},
	{"sha256sum", 0, NULL, "checksum of the archive"},
	{"alternate-url", 0, NULL, "where the archive is too"},
	{"shared", BOOL, NULL, "build once for all who use the same options"},
	{"location", COMPUTED, NULL, "directory of the part"},
	{"prefix", COMPUTED, NULL, "where make install puts things; the location"},
	{"compile-directory", COMPUTED, NULL, "where the source is unpacked"},
	{"configure-command", 0, NULL, "instead of ./configure"},
	{"configure-options", 0, NULL, "behind it"},
	{"make-binary", 0, NULL, "instead of make"},
	{"make-options", 0, NULL, "behind it"},
	{"make-targets", 0, NULL, "instead of install"},
	{"patches", 0, NULL, "URL#md5 or URL#sha256=hex, blank-separated"},
	{"patch-options", 0, NULL, "instead of -p0"},
	{"patch-binary", 0, NULL, "instead of patch"},
	{"pre-configure", 0, NULL, "shell commands"},
	{"pre-build", 0, NULL, "shell commands"},
	{"pre-install", 0, NULL, "shell commands"},
	{"post-install", 0, NULL, "shell commands"},
	{"pre-configure-hook", 0, NULL, "refused: Python"},
	{"pre-make-hook", 0, NULL, "refused: Python"},
	{"post-make-hook", 0, NULL, "refused: Python"},
	{"environment", 0, NULL, "NAME=VALUE lines, or a section"},
	{"environment-section", 0, NULL, "a section of variables"},
	{"keep-compile-dir", BOOL, NULL, "keep the compile directory"},
	{"promises", 0, NULL, "paths that must exist at the end"},
	{"strip-top-level-dir", 0, NULL, "the archive holds one directory: take it away"},
};

static const struct recipe_option download_options[] = {
	{"url", REQUIRED, NULL, "file to fetch"},
	{"alternate-url", 0, NULL, "where it is too"},
	{"md5sum", 0, NULL, "its checksum"},
	{"sha256sum", 0, NULL, "its checksum"},
	{"filename", 0, NULL, "its name in the part; the part's name"},
	{"destination", 0, NULL, "its path, instead of one in the part"},
	{"mode", 0, NULL, "octal permissions"},
	{"offline", 0, NULL, "accepted; the broker decides"},
	{"shared", BOOL, NULL, "fetch once for all who use the same options"},
	{"location", COMPUTED, NULL, "directory of the part"},
	{"target", COMPUTED, NULL, "path of the file"},
};

static const struct recipe_option unpacked_options[] = {
	{"url", REQUIRED, NULL, "archive to fetch"},
	{"alternate-url", 0, NULL, "where it is too"},
	{"md5sum", 0, NULL, "its checksum"},
	{"sha256sum", 0, NULL, "its checksum"},
	{"destination", 0, NULL, "directory, instead of the part's"},
	{"strip-top-level-dir", 0, NULL, "true, false; by default where there is only one"},
	{"environment", 0, NULL, "accepted; nothing is run"},
	{"offline", 0, NULL, "accepted; the broker decides"},
	{"shared", BOOL, NULL, "unpack once for all who use the same options"},
	{"location", COMPUTED, NULL, "directory of the content"},
	{"target", COMPUTED, NULL, "the same"},
};

static const struct recipe_option mkdirectory_options[] = {
	{"mode", 0, NULL, "octal permissions, less the umask"},
};

static const struct recipe_option template_options[] = {
	{"url", 0, NULL, "text to resolve; or inline"},
	{"alternate-url", 0, NULL, "where it is too"},
	{"inline", 0, NULL, "text to resolve; or url"},
	{"output", REQUIRED, NULL, "file to write"},
	{"md5sum", 0, NULL, "checksum of the text at url"},
	{"sha256sum", 0, NULL, "checksum of the text at url"},
	{"mode", 0, NULL, "octal permissions"},
};

static const struct recipe_option collective_options[] = {
	{"input", REQUIRED, NULL, "path, or inline: and the text"},
	{"output", REQUIRED, NULL, "file to write"},
	{"mode", 0, NULL, "octal permissions"},
	{"overwrite", 0, NULL, "accepted; the file is always written"},
	{"timeout", 0, NULL, "accepted; not used"},
};

static const struct recipe_option wrapper_options[] = {
	{"command-line", REQUIRED, NULL, "words of the command, quoted as for the shell"},
	{"wrapper-path", REQUIRED, NULL, "script to write"},
	{"environment", 0, NULL, "NAME=VALUE lines"},
	{"hash-files", 0, NULL, "generated files whose content names the script"},
	{"hash-existing-files", 0, NULL, "files whose content names the script"},
	{"sig-ign", 0, NULL, "signal to ignore"},
	{"wait-for-files", 0, NULL, "refused"},
	{"pidfile", 0, NULL, "refused"},
	{"private-tmpfs", 0, NULL, "refused"},
	{"reserve-cpu", 0, NULL, "refused"},
	{"redirect-signal", 0, NULL, "refused"},
	{"redirect-stdout", 0, NULL, "refused"},
	{"redirect-stderr", 0, NULL, "refused"},
};

static const struct recipe_option slapconfiguration_options[] = {
	{"url", 0, NULL, "accepted; the broker knows the Master"},
	{"server-url", 0, NULL, "accepted"},
	{"key", 0, NULL, "accepted"},
	{"key-file", 0, NULL, "accepted"},
	{"cert", 0, NULL, "accepted"},
	{"cert-file", 0, NULL, "accepted"},
	{"computer", 0, NULL, "accepted"},
	{"computer-id", 0, NULL, "accepted"},
	{"partition", 0, NULL, "accepted"},
	{"partition-id", 0, NULL, "accepted"},
	{"storage-home", 0, NULL, "accepted"},
	{"configuration", COMPUTED, NULL, "all parameters"},
	{"ipv4", COMPUTED, NULL, "set of addresses"},
	{"ipv6", COMPUTED, NULL, "set of addresses"},
	{"ipv4-random", COMPUTED, NULL, "the least of them"},
	{"ipv6-random", COMPUTED, NULL, "the least of them"},
};

static const struct recipe_option publish_options[] = {
	{"-extends", 0, NULL, "sections to publish too"},
	{"-publish", 0, NULL, "only these options"},
	{"-slave-reference", 0, NULL, "refused"},
};

static const struct recipe_option command_options[] = {
	{"command", 0, NULL, "shell commands of install"},
	{"update-command", 0, NULL, "shell commands of update"},
	{"location", 0, NULL, "paths that belong to the part"},
	{"stop-on-error", 0, NULL, "a status that is not 0 is an error"},
};

static const struct recipe_option switch_options[] = {
	{"override", 0, NULL, "refused"},
};

static const struct recipe_option switch_noop_options[] = {
	{"-switch-softwaretype.noop", REQUIRED, NULL,
		"the options to set, from the outer buildout"},
};

static const struct recipe_option symlink_options[] = {
	{"link-binary", REQUIRED, NULL, "what to link to"},
	{"target-directory", REQUIRED, NULL, "where the links are"},
};

static const struct recipe_option password_options[] = {
	{"storage-path", 0, NULL, "where it is kept; empty: nowhere"},
	{"bytes", 0, NULL, "its length; 16"},
	{"create-once", 0, NULL, "false: removed with the part"},
	{"passwd", COMPUTED, NULL, "the password"},
};

static const struct recipe_option free_port_options[] = {
	{"minimum", 0, NULL, "first port to try; 1024"},
	{"maximum", 0, NULL, "first port not to try; 49151"},
	{"ip", REQUIRED, NULL, "address to try on"},
	{"port", COMPUTED, NULL, "the port, or 0"},
};

static const char *const cmmi_aliases[] = {"slapos.recipe.cmmi:default"};
static const char *const template_aliases[] = {"slapos.recipe.template:default"};
static const char *const collective_aliases[] = {"collective.recipe.template:default"};
static const char *const command_aliases[] = {"plone.recipe.command:default"};
static const char *const switch_aliases[] = {"slapos.cookbook:softwaretype"};
static const char *const symlink_aliases[] = {"slapos.cookbook:symboliclink"};
static const char *const password_aliases[] = {"slapos.cookbook:generatepassword"};

#define OPTIONS(rows) .options = (rows), .n_options = ARRAY_LEN(rows)
#define ALIASES(rows) .aliases = (rows), .n_aliases = ARRAY_LEN(rows)
#define STATE         .state_size = sizeof(void *)

/* Sorted by name; the anchor of a row in cantle-recipes(7) is its name. */
const struct recipe recipes_table[] = {
	{.name = "collective.recipe.template",
		ALIASES(collective_aliases),
		OPTIONS(collective_options),
		STATE,
		.signature = "1",
		.init = collective_init,
		.install = template_install,
		.update = template_update},
	{.name = "plone.recipe.command",
		ALIASES(command_aliases),
		OPTIONS(command_options),
		.signature = "1",
		.init = command_init,
		.install = command_install,
		.update = command_update},
	{.name = "slapos.cookbook:free_port",
		OPTIONS(free_port_options),
		.signature = "1",
		.init = free_port_init,
		.install = nothing_install},
	{.name = "slapos.cookbook:generate.password",
		ALIASES(password_aliases),
		OPTIONS(password_options),
		STATE,
		.signature = "1",
		.init = password_init,
		.install = password_install,
		.update = password_update},
	{.name = "slapos.cookbook:mkdirectory",
		OPTIONS(mkdirectory_options),
		.signature = "1",
		.init = mkdirectory_init,
		.install = mkdirectory_install,
		.update = mkdirectory_install},
	{.name = "slapos.cookbook:publish",
		OPTIONS(publish_options),
		.signature = "1",
		.init = publish_init,
		.install = publish_install,
		.update = publish_update},
	{.name = "slapos.cookbook:publish.serialised",
		OPTIONS(publish_options),
		.signature = "1",
		.init = publish_init,
		.install = publish_serialised_install,
		.update = publish_serialised_update},
	{.name = "slapos.cookbook:slapconfiguration",
		OPTIONS(slapconfiguration_options),
		.signature = "1",
		.init = slapconfiguration_init,
		.install = nothing_install},
	{.name = "slapos.cookbook:slapconfiguration.serialised",
		OPTIONS(slapconfiguration_options),
		.signature = "1",
		.init = slapconfiguration_serialised_init,
		.install = nothing_install},
	{.name = "slapos.cookbook:switch-softwaretype",
		ALIASES(switch_aliases),
		OPTIONS(switch_options),
		STATE,
		.signature = "1",
		.init = switch_init,
		.install = switch_install,
		.update = switch_install},
	{.name = "slapos.cookbook:switch-softwaretype.noop",
		OPTIONS(switch_noop_options),
		.signature = "1",
		.init = switch_noop_init,
		.install = nothing_install},
	{.name = "slapos.cookbook:symbolic.link",
		ALIASES(symlink_aliases),
		OPTIONS(symlink_options),
		.signature = "1",
		.install = symlink_install,
		.update = symlink_install},
	{.name = "slapos.cookbook:wrapper",
		OPTIONS(wrapper_options),
		STATE,
		.signature = "1",
		.init = wrapper_init,
		.install = wrapper_install,
		.update = wrapper_update},
	{.name = "slapos.recipe.build:download",
		OPTIONS(download_options),
		STATE,
		.signature = "1",
		.init = download_init,
		.install = download_install,
		.update = download_update},
	{.name = "slapos.recipe.build:download-unpacked",
		OPTIONS(unpacked_options),
		STATE,
		.signature = "1",
		.init = unpacked_init,
		.install = unpacked_install},
	{.name = "slapos.recipe.build:mkdirectory",
		.signature = "1",
		.install = build_mkdirectory_install,
		.update = build_mkdirectory_install},
	{.name = "slapos.recipe.cmmi",
		ALIASES(cmmi_aliases),
		OPTIONS(cmmi_options),
		STATE,
		.signature = "1",
		.init = cmmi_init,
		.install = cmmi_install},
	{.name = "slapos.recipe.template",
		ALIASES(template_aliases),
		OPTIONS(template_options),
		STATE,
		.signature = "1",
		.init = template_init,
		.install = template_install,
		.update = template_update},
};
const size_t recipes_table_n = ARRAY_LEN(recipes_table);
