/* The verbs of story.h. */
#include "lab.h"

#include "clock.h"
#include "path.h"
#include "proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

void scene(struct lab *lab, const char *text)
{
	lab_note(lab, EVENT_SCENE, ANY_HOST, text);
}

const char *address_of(struct lab *lab, enum host host)
{
	return hosts_address(&lab->hosts, host);
}

int errno_of(struct lab *lab, enum unreachable reason)
{
	return unreachable_errno(reason, lab->hosts.network.family);
}

/* Starting a program -------------------------------------------------------------------- */

/*
 * build/core/NAME, beside the build/scenarios/ that this program is in. From the repository it is
 * written just so: what a run leaves should not depend on where somebody keeps it.
 */
static char *core_path(const char *name)
{
	char self[4096], here[4096], *path;
	size_t length = 0;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		broken("read", "/proc/self/exe");
	self[n] = '\0';
	for (int up = 0; up < 2; up++) {
		if (!strrchr(self, '/'))
			give_up(ENDING_BROKEN, "the programs of core/ are looked for in ../core "
					       "beside this one: run it where make has put it");
		*strrchr(self, '/') = '\0';
	}
	if (getcwd(here, sizeof(here)) && strncmp(self, here, strlen(here)) == 0 &&
	    self[strlen(here)] == '/')
		length = strlen(here) + 1;
	if (asprintf(&path, "%s/core/%s", self + length, name) < 0)
		broken("remember", name);
	return path;
}

/* text with every {host} and {port} filled in; owned by the caller. */
static char *fill_in(const char *text, const char *host)
{
	char *out = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&out, &bytes);

	if (!stream)
		broken("remember", text);
	while (*text) {
		if (strncmp(text, "{host}", 6) == 0) {
			fputs(host, stream);
			text += 6;
		} else if (strncmp(text, "{port}", 6) == 0) {
			fprintf(stream, "%d", ECHO_PORT);
			text += 6;
		} else {
			fputc(*text++, stream);
		}
	}
	fclose(stream);
	return out;
}

/*
 * The words of the user's command, as a shell would split them. A client gets the server's address
 * as its last argument, like the book's, unless the command says where it goes.
 */
static char **user_words(struct lab *lab, enum host host, const char *variable)
{
	const char *command = lab->options->command[host];
	const char *address = hosts_address(&lab->hosts, SERVER);
	char *filled = fill_in(command, address);
	wordexp_t words;
	char **argv;
	size_t n;

	if (wordexp(filled, &words, WRDE_NOCMD) != 0 || words.we_wordc == 0)
		give_up(ENDING_BROKEN,
			"%s=\"%s\" is not a plain command: for pipes, lists and substitutions "
			"write "
			"%s=\"sh -c '...'\"",
			variable, command, variable);
	argv = calloc(words.we_wordc + 2, sizeof(*argv));
	if (!argv)
		broken("remember", command);
	for (n = 0; n < words.we_wordc; n++)
		argv[n] = strdup(words.we_wordv[n]);
	if (host == CLIENT && !strstr(command, "{host}"))
		argv[n] = strdup(address);
	wordfree(&words);
	free(filled);
	return argv;
}

/* What a server of core/ listens at, as its last argument; NULL: what it does by itself. */
static const char *listen_address(const struct lab *lab, enum host host, const char *program)
{
	if (lab->options->family == AF_INET6 && host == SERVER &&
	    strncmp(program, "tcpserv", strlen("tcpserv")) == 0)
		return "::";
	return NULL;
}

static char **core_words(const struct lab *lab, enum host host, const char *const *words)
{
	const char *address = listen_address(lab, host, words[0]);
	size_t count = 0;
	char **argv;

	while (words[count])
		count++;
	argv = calloc(count + 2, sizeof(*argv));
	if (!argv)
		broken("remember", words[0]);
	argv[0] = core_path(words[0]);
	for (size_t i = 1; i < count; i++)
		argv[i] = strdup(words[i]);
	if (address)
		argv[count] = strdup(address);
	return argv;
}

/* The command as a person would type it: core's programs without their path. Returns the event. */
static size_t note_command(struct lab *lab, enum host host, char *const *argv, bool of_core)
{
	const char *text = of_core ? strrchr(argv[0], '/') + 1 : argv[0];

	text = timeline_text(&lab->timeline, "$ %s", text);
	for (char *const *word = argv + 1; *word; word++)
		text = timeline_text(&lab->timeline,
				     strpbrk(*word, " \t\"\\$") ? "%s '%s'" : "%s %s", text, *word);
	lab_note(lab, EVENT_ACTION, host, text);
	return lab->timeline.count - 1;
}

static _Noreturn void cannot_execute(struct lab *lab, enum host host, const char *path)
{
	static const char *const variables[] = { [CLIENT] = "CLIENT", [SERVER] = "SERVER" };

	if (!lab->options->command[host])
		give_up(ENDING_BROKEN, "cannot execute %s: %s. Build the programs first: make",
			path, strerror(errno));
	give_up(ENDING_UNMET,
		"cannot execute %s, of %s=\"%s\": %s.\n"
		"  Give a program that exists and is executable; a script needs a first line like "
		"#!/usr/bin/python3, or its interpreter in front.",
		path, variables[host], lab->options->command[host], strerror(errno));
}

struct actor *(start)(struct lab *lab, enum host host, const char *const *words)
{
	static const char *const variables[] = { [CLIENT] = "CLIENT", [SERVER] = "SERVER" };
	const bool of_core = !lab->options->command[host];
	char **argv =
		of_core ? core_words(lab, host, words) : user_words(lab, host, variables[host]);
	char *path = program_path(argv[0]);
	struct program *program = &lab->programs[lab->program_count];
	int64_t began = monotonic_ns(), deadline;
	size_t noted;
	int executed;

	if (lab->program_count == PROGRAMS_MOST)
		give_up(ENDING_BROKEN, "a story has at most %d programs", PROGRAMS_MOST);
	if (!path)
		cannot_execute(lab, host, argv[0]);
	noted = note_command(lab, host, argv, of_core);
	free(argv[0]);
	argv[0] = path;
	if (lab->options->unobserved) /* nobody would stop it at the gate */
		lab_watch_wire(lab);
	deadline = lab_deadline_ns(lab);
	*program = (struct program){ .host = host, .index = lab->program_count++ };
	program_start(program, argv, &lab->hosts, lab->options->unobserved ? NULL : &lab->trace,
		      &lab->filter);
	lab->timeline.events[noted].pid = program->pid;
	while ((executed = program_executed(program)) == 0) {
		if (monotonic_ns() > deadline)
			give_up(ENDING_BROKEN,
				"%s did not start; on a slow machine try "
				"BROKENPIPE_PATIENCE=10",
				path);
		lab_step(lab, 1000000);
	}
	if (executed < 0)
		cannot_execute(lab, host, path);
	lab->phase_ns[PHASE_PROCESSES] += monotonic_ns() - began;
	return lab_actor(
		lab,
		(struct who){ .name = host_name(host), .host = host, .program = program->index });
}

/* Other actions ------------------------------------------------------------------------- */

/* Notes what is typed at the program, and by that at its first process. */
static void note_typing(struct actor *actor, const char *text)
{
	struct lab *lab = actor->lab;

	lab_note(lab, EVENT_ACTION, actor->who.host, text);
	lab->timeline.events[lab->timeline.count - 1].pid = lab_program(lab, actor)->pid;
}

/* What a program did before something was typed is no answer to it. */
static void type_text(struct actor *actor, const char *text)
{
	actor->cursor[STREAM_PROCESS] = actor->lab->timeline.count;
	program_type(lab_program(actor->lab, actor), text, strlen(text));
}

void type_line(struct actor *actor, const char *line)
{
	struct lab *lab = actor->lab;
	char *typed;

	note_typing(actor, timeline_text(&lab->timeline, "types \"%s\"", line));
	if (asprintf(&typed, "%s\n", line) < 0)
		broken("type", line);
	type_text(actor, typed);
	free(typed);
}

void type_eof(struct actor *actor)
{
	note_typing(actor, "types ^D");
	type_text(actor, "\x04");
}

void send_signal(struct actor *actor, int number)
{
	struct lab *lab = actor->lab;
	pid_t pid = lab_pid(actor);
	char name[16];

	lab_note(lab, EVENT_ACTION, actor->who.host,
		 timeline_text(&lab->timeline, "kill -%s %d", signal_name(number, name) + 3, pid));
	kill(pid, number); /* a process that is gone needs no signal; the story will notice */
}

void(hold)(struct actor *actor, const char *name, int nth)
{
	trace_hold(&actor->lab->trace, &actor->who, name, nth);
}

static bool is_held(struct actor *actor, void *argument)
{
	(void)argument;
	return trace_is_held(&actor->lab->trace, &actor->who);
}

void(release)(struct actor *actor, struct here here)
{
	struct lab *lab = actor->lab;

	lab_expect_condition(lab, actor, here, "comes to the call it is held at", is_held, NULL);
	trace_release(&lab->trace, &actor->who);
}

void skip_sleeps(struct actor *actor)
{
	trace_skip_sleeps(&actor->lab->trace, &actor->who);
}

void answer_call(struct actor *actor, const char *name, int error)
{
	trace_answer(&actor->lab->trace, &actor->who, name, -error);
}

void hold_next(struct lab *lab, const char *name, int nth)
{
	trace_hold(&lab->trace, &(struct who){ .program = lab->program_count }, name, nth);
}

void answer_next(struct lab *lab, const char *name, int error)
{
	trace_answer(&lab->trace, &(struct who){ .program = lab->program_count }, name, -error);
}

/* Other processes ----------------------------------------------------------------------- */

static struct actor *actor_of_process(struct actor *actor, pid_t pid)
{
	struct lab *lab = actor->lab;
	struct who who = actor->who;

	who.pid = pid;
	if (pid != lab_program(lab, actor)->pid)
		who.name = timeline_text(&lab->timeline, "%s child", host_name(who.host));
	return lab_actor(lab, who);
}

struct actor *(child_of)(struct actor *actor, struct here here)
{
	struct lab *lab = actor->lab;

	lab_expect(
		lab, actor,
		(struct expectation){ .kind = EXPECT_FORK, .file = here.file, .line = here.line });
	return actor_of_process(
		actor,
		lab->timeline.events[lab->expectations[lab->expectation_count - 1].event].child);
}

/* The newest connection on the actor's host, and the only process that holds its socket. */
static bool find_serving(struct actor *actor, void *argument)
{
	const struct timeline *timeline = &actor->lab->timeline;
	const struct socket_row *newest = NULL;
	int holders = 0;

	sockets_read(&actor->lab->sockets);
	for (size_t i = 0; i < timeline->socket_count; i++) {
		const struct socket_row *row = &timeline->sockets[i];

		if (row->host == actor->who.host && row->remote_port != 0)
			newest = row;
	}
	if (!newest || newest->inode == 0)
		return false;
	for (size_t i = 0; i < timeline->process_count; i++) {
		const struct process *process = &timeline->processes[i];

		if (process->program != actor->who.program || process->ended ||
		    !proc_holds_socket(process->pid, newest->inode))
			continue;
		holders++;
		*(pid_t *)argument = process->pid;
	}
	return holders == 1;
}

struct actor *(serving)(struct actor *actor, struct here here)
{
	pid_t pid = 0;

	lab_expect_condition(actor->lab, actor, here, "one process holds the connection",
			     find_serving, &pid);
	return actor_of_process(actor, pid);
}
