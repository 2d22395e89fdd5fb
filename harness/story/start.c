/* The verb of story.h that starts a program: core's, or what the user gave in its place. */
#include "story/start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

char *built_path(const char *directory, const char *name)
{
	char self[4096], here[4096], *path;
	size_t length = 0;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		broken("read", "/proc/self/exe");
	self[n] = '\0';
	for (int up = 0; up < 2; up++) {
		if (!strrchr(self, '/'))
			give_up(ENDING_BROKEN,
				"%s is looked for in ../%s beside this program: run it where make "
				"has put it",
				name, directory);
		*strrchr(self, '/') = '\0';
	}
	if (getcwd(here, sizeof(here)) && strncmp(self, here, strlen(here)) == 0 &&
	    self[strlen(here)] == '/')
		length = strlen(here) + 1;
	if (asprintf(&path, "%s/%s/%s", self + length, directory, name) < 0)
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
	argv[0] = built_path("core", words[0]);
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

/* The variables of make in which a user gives a program for a host. */
static const char *const variables[] = { [CLIENT] = "CLIENT", [SERVER] = "SERVER" };

static _Noreturn void cannot_execute(struct lab *lab, enum host host, const char *path)
{
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
	const bool of_core = !lab->options->command[host];
	char **argv =
		of_core ? core_words(lab, host, words) : user_words(lab, host, variables[host]);
	char *path = find_program(argv[0]);
	struct actor *actor;
	size_t noted;

	if (!path)
		cannot_execute(lab, host, argv[0]);
	noted = note_command(lab, host, argv, of_core);
	free(argv[0]);
	argv[0] = path;
	if (lab->options->unobserved) /* nobody would stop it at the gate */
		lab_watch_wire(lab);
	actor = launch(lab, host, argv, !lab->options->unobserved);
	if (!actor)
		cannot_execute(lab, host, path);
	lab->timeline.events[noted].pid = lab_program(lab, actor)->pid;
	return actor;
}

void check_all_started(const struct lab *lab)
{
	for (int host = CLIENT; host <= SERVER; host++) {
		bool started = !lab->options->command[host];

		for (int program = 0; program < lab->program_count; program++)
			started |= lab->programs[program].host == (enum host)host;
		if (!started)
			give_up(ENDING_BROKEN,
				"%s (%s) starts no %s: there is no place in it for %s=\"%s\"",
				lab->story->name, lab->options->variant->name, host_name(host),
				variables[host], lab->options->command[host]);
	}
}
