/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on identity, limits and neighbours: ids, capabilities, rlimits, cgroups, host and IPC. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/ns/isoprobe.h"

/* One line of /proc/self/status; -1 where it is not there. */
static int status_field(const char *name, char *ret, size_t size)
{
	char line[256];
	FILE *status = fopen("/proc/self/status", "re");
	size_t n = strlen(name);
	int found = -1;
	if (!status)
		return -1;
	while (found < 0 && fgets(line, sizeof(line), status)) {
		if (strncmp(line, name, n) != 0 || line[n] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(ret, size, "%s", line + n + 1 + strspn(line + n + 1, "\t "));
		found = 0;
	}
	fclose(status);
	return found;
}

/* All five sets empty. */
static int capabilities(const char *arg, char *text)
{
	static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};
	char value[64];
	(void)arg;
	(void)text;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (status_field(sets[i], value, sizeof(value)) < 0)
			return EIO;
		if (strtoull(value, NULL, 16) != 0)
			return ATTACK_ALLOWED;
	}
	return EPERM;
}

static int no_new_privs(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : ATTACK_ALLOWED;
}

static int securebits(const char *arg, char *text)
{
	(void)arg;
	snprintf(text, ATTACK_TEXT, "0x%x", (unsigned int)prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	return ATTACK_VALUE;
}

static int seccomp_mode(const char *arg, char *text)
{
	(void)arg;
	return status_field("Seccomp", text, ATTACK_TEXT) < 0 ? errno : ATTACK_VALUE;
}

static int groups(const char *arg, char *text)
{
	(void)arg;
	return status_field("Groups", text, ATTACK_TEXT) < 0 ? errno : ATTACK_VALUE;
}

static int uid_map(const char *arg, char *text)
{
	unsigned int inside;
	unsigned int outside;
	unsigned int count;
	char map[ATTACK_TEXT];
	(void)arg;
	if (attack_read("/proc/self/uid_map", map, sizeof(map)) < 0)
		return errno;
	if (strchr(map, '\n') || sscanf(map, "%u %u %u", &inside, &outside, &count) != 3)
		return ATTACK_ALLOWED;
	snprintf(text, ATTACK_TEXT, "%u %u %u", inside, outside, count);
	return ATTACK_VALUE;
}

/* Everything mapped to itself is no map at all. */
static int id_map(const char *arg, char *text)
{
	char map[ATTACK_TEXT];
	(void)arg;
	(void)text;
	if (attack_read("/proc/self/uid_map", map, sizeof(map)) < 0)
		return errno;
	return strstr(map, "4294967295") ? ATTACK_ALLOWED : EPERM;
}

static int ids(const char *arg, char *text)
{
	(void)arg;
	snprintf(text, ATTACK_TEXT, "%u:%u", (unsigned int)getuid(), (unsigned int)getgid());
	return ATTACK_VALUE;
}

static int become_root(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return attack_result(setresuid(0, 0, 0));
}

static int become_other(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return attack_result(setresuid(2000, 2000, 2000));
}

static int set_groups(const char *arg, char *text)
{
	gid_t group = 0;
	(void)arg;
	(void)text;
	return attack_result(setgroups(1, &group));
}

static int capset_all(const char *arg, char *text)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2] = {
		{.effective = 1u << CAP_CHOWN, .permitted = 1u << CAP_CHOWN}, {0}};
	(void)arg;
	(void)text;
	return attack_result(syscall(SYS_capset, &head, caps));
}

static int unlock_securebits(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return attack_result(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0));
}

static int chown_other(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	int fd = open("/tmp/isoprobe.chown", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	int outcome = fd < 0 ? errno : attack_result(fchown(fd, 2000, 2000));
	if (fd >= 0)
		close(fd);
	unlink("/tmp/isoprobe.chown");
	return outcome;
}

/* Above the hard limit, for each that is not unlimited. */
static int rlimit_raise(const char *arg, char *text)
{
	struct rlimit limit;
	int outcome = EPERM;
	(void)arg;
	(void)text;
	for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
		if (getrlimit((__rlimit_resource_t)resource, &limit) < 0 ||
			limit.rlim_max == RLIM_INFINITY)
			continue;
		limit.rlim_max++;
		if (setrlimit((__rlimit_resource_t)resource, &limit) == 0)
			outcome = ATTACK_ALLOWED;
	}
	return outcome;
}

/* Is the hard limit of a resource (by number) at most the second number? "7/65536" */
static int rlimit_at_most(const char *arg, char *text)
{
	struct rlimit limit;
	char *slash = NULL;
	long resource = strtol(arg, &slash, 10);
	(void)text;
	if (*slash != '/' || getrlimit((__rlimit_resource_t)resource, &limit) < 0)
		return EINVAL;
	return limit.rlim_max <= strtoull(slash + 1, NULL, 10) ? EPERM : ATTACK_ALLOWED;
}

static int core_child(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	abort();
}

/* A crash leaves no dump behind. */
static int core_dump(const char *arg, char *text)
{
	int status = 0;
	pid_t pid = fork();
	(void)text;
	if (pid == 0)
		_exit(core_child(arg, text));
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	return WCOREDUMP(status) ? ATTACK_ALLOWED : EPERM;
}

static int oom_score(const char *arg, char *text)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	int outcome = fd < 0 ? errno : attack_result(write(fd, "-1000", 5));
	(void)arg;
	(void)text;
	if (fd >= 0)
		close(fd);
	return outcome;
}

static int nice_negative(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return attack_result(setpriority(PRIO_PROCESS, 0, -20));
}

static int fifo_child(const char *arg, char *text)
{
	struct sched_param param = {.sched_priority = 1};
	(void)arg;
	(void)text;
	return attack_result(sched_setscheduler(0, SCHED_FIFO, &param));
}

static int sched_fifo(const char *arg, char *text)
{
	(void)text;
	return attack_child(fifo_child, arg);
}

static int ioprio_realtime(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return attack_result(syscall(
		SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 0)));
}

static int clock_adjust(const char *arg, char *text)
{
	struct timex set = {.modes = ADJ_TICK, .tick = 10000};
	(void)arg;
	(void)text;
	return attack_result(adjtimex(&set));
}

static int hostname(const char *arg, char *text)
{
	(void)arg;
	return gethostname(text, ATTACK_TEXT) < 0 ? errno : ATTACK_VALUE;
}

/* The argument is the host's name. */
static int hostname_of_host(const char *arg, char *text)
{
	(void)text;
	char name[256] = "";
	return gethostname(name, sizeof(name)) == 0 && strcmp(name, arg) == 0 ? ATTACK_ALLOWED
									      : ENOENT;
}

static int own_pid(const char *arg, char *text)
{
	(void)arg;
	snprintf(text, ATTACK_TEXT, "%d", getpid());
	return ATTACK_VALUE;
}

/* Any answer but "no such process" shows that it is in view. */
static int kill_host(const char *arg, char *text)
{
	(void)text;
	if (kill((pid_t)strtol(arg, NULL, 10), 0) < 0 && errno == ESRCH)
		return ESRCH;
	return ATTACK_ALLOWED;
}

/* Pid 1 of a namespace does not get what it has no handler for; it would take us along. */
static int kill_init(const char *arg, char *text)
{
	struct timespec wait = {.tv_nsec = 20 * 1000 * 1000};
	(void)arg;
	(void)text;
	if (kill(1, SIGKILL) < 0)
		return errno;
	nanosleep(&wait, NULL);
	return kill(1, 0) == 0 ? EPERM : ATTACK_ALLOWED;
}

/* How many processes have ended and were not waited for? */
static int zombies(void)
{
	int n = 0;
	for (int pid = 2; pid < 1000; pid++) {
		char path[32];
		char line[512];
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		const char *state =
			attack_read(path, line, sizeof(line)) < 0 ? NULL : strrchr(line, ')');
		n += state && state[1] == ' ' && state[2] == 'Z';
	}
	return n;
}

/* Processes whose parent ended are pid 1's to wait for. */
static int orphans(const char *arg, char *text)
{
	struct timespec wait = {.tv_nsec = 20 * 1000 * 1000};
	(void)arg;
	(void)text;
	for (int i = 0; i < 8; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(fork() < 0);
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			return errno;
	}
	for (int i = 0; i < 50; i++) {
		if (zombies() == 0)
			return ECHILD;
		nanosleep(&wait, NULL);
	}
	return ATTACK_ALLOWED;
}

static int shm_of_host(const char *arg, char *text)
{
	(void)text;
	return attack_result(shmget((key_t)strtol(arg, NULL, 10), 0, 0));
}

static int mqueue_of_host(const char *arg, char *text)
{
	char name[64];
	(void)text;
	snprintf(name, sizeof(name), "/%s", arg);
	mqd_t queue = mq_open(name, O_RDONLY);
	return queue < 0 ? errno : ATTACK_ALLOWED;
}

/* Found through the session keyring that the launcher's starter had. */
static int key_of_host(const char *arg, char *text)
{
	(void)text;
	return attack_result(
		syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", arg, 0));
}

static int connect_to(const struct sockaddr *address, socklen_t len)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int outcome = fd < 0 ? errno : attack_result(connect(fd, address, len));
	if (fd >= 0)
		close(fd);
	return outcome;
}

static int host_loopback(const char *arg, char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(arg, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	(void)text;
	return connect_to((const struct sockaddr *)&address, sizeof(address));
}

static int abstract_unix(const char *arg, char *text)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)text;
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", arg);
	return connect_to((const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(arg)));
}

static int cgroup_path(const char *arg, char *text)
{
	char lines[4096];
	(void)arg;
	(void)text;
	if (attack_read("/proc/self/cgroup", lines, sizeof(lines)) < 0)
		return errno;
	/* The launcher's node and slot would show. */
	return strstr(lines, "cantle-") ? ATTACK_ALLOWED : ENOENT;
}

static int memory_child(const char *arg, char *text)
{
	size_t size = strtoul(arg, NULL, 10) << 20;
	char *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)text;
	if (block == MAP_FAILED)
		return errno;
	for (size_t i = 0; i < size; i += 4096)
		((volatile char *)block)[i] = 1;
	return ATTACK_ALLOWED;
}

/* Megabytes to touch. */
static int memory_bomb(const char *arg, char *text)
{
	(void)text;
	return attack_child(memory_child, arg);
}

/* Processes to make. */
static int fork_bomb(const char *arg, char *text)
{
	long n = strtol(arg, NULL, 10);
	int outcome = ATTACK_ALLOWED;
	pid_t pids[4096];
	long made = 0;
	(void)text;
	for (; made < n && made < 4096 && outcome == ATTACK_ALLOWED; made++) {
		pids[made] = fork();
		if (pids[made] == 0) {
			pause();
			_exit(0);
		}
		outcome = attack_result(pids[made]);
	}
	for (long i = 0; i < made; i++)
		if (pids[i] > 0) {
			kill(pids[i], SIGKILL);
			waitpid(pids[i], NULL, 0);
		}
	return outcome;
}

static int fd_bomb(const char *arg, char *text)
{
	long n = strtol(arg, NULL, 10);
	int outcome = ATTACK_ALLOWED;
	(void)text;
	for (long i = 0; i < n && outcome == ATTACK_ALLOWED; i++)
		outcome = attack_result(fcntl(0, F_DUPFD_CLOEXEC, 3));
	for (int fd = 3; fd < n + 16; fd++)
		close(fd);
	return outcome;
}

static int64_t now_ms(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Spin for so many milliseconds of wall time; stopped where less than 12 % of a CPU was given. */
static int cpu_spin(const char *arg, char *text)
{
	int64_t wanted = strtol(arg, NULL, 10);
	int64_t start = now_ms(CLOCK_MONOTONIC);
	int64_t cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	(void)text;
	while (now_ms(CLOCK_MONOTONIC) - start < wanted)
		continue;
	cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	return cpu * 100 < wanted * 12 ? EDQUOT : ATTACK_ALLOWED;
}

static int file_owner(const char *arg, char *text)
{
	struct stat st;
	(void)arg;
	int fd = open("/tmp/isoprobe.owner", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	close(fd);
	unlink("/tmp/isoprobe.owner");
	snprintf(text, ATTACK_TEXT, "%u:%u", st.st_uid, st.st_gid);
	return ATTACK_VALUE;
}

#define ROW(fn)                                                                                    \
	{                                                                                          \
#fn, fn, false                                                                     \
	}
#define HEAVY(fn)                                                                                  \
	{                                                                                          \
#fn, fn, true                                                                      \
	}

static const struct attack rows[] = {
	ROW(capabilities),
	ROW(capset_all),
	ROW(no_new_privs),
	ROW(securebits),
	ROW(unlock_securebits),
	ROW(seccomp_mode),
	ROW(ids),
	ROW(groups),
	ROW(uid_map),
	ROW(id_map),
	ROW(become_root),
	ROW(become_other),
	ROW(set_groups),
	ROW(chown_other),
	ROW(file_owner),
	ROW(rlimit_raise),
	ROW(core_dump),
	ROW(oom_score),
	ROW(nice_negative),
	ROW(sched_fifo),
	ROW(ioprio_realtime),
	ROW(clock_adjust),
	ROW(hostname),
	ROW(own_pid),
	ROW(kill_init),
	ROW(orphans),
	ROW(cgroup_path),
	HEAVY(rlimit_at_most),
	HEAVY(hostname_of_host),
	HEAVY(kill_host),
	HEAVY(shm_of_host),
	HEAVY(mqueue_of_host),
	HEAVY(key_of_host),
	HEAVY(host_loopback),
	HEAVY(abstract_unix),
	HEAVY(memory_bomb),
	HEAVY(fork_bomb),
	HEAVY(fd_bomb),
	HEAVY(cpu_spin),
};

const struct attack_table attack_identity = {rows, sizeof(rows) / sizeof(rows[0])};
