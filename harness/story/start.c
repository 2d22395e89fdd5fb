/* The verb of story.h that starts a program: core's, or what the user gave in its place. */
#include "story/start.h"

#include "base/fail.h"
#include "base/find_program.h"
#include "base/memory.h"
#include "lab/launch.h"
#include "story/story.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

char *built_path(const char *directory, const char *name)
{
	char self[4096], here[4096];
	size_t length = 0;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		broken("read", "/proc/self/exe");
	self[n] = '\0';
	for (int up = 0; up < 2; up++) {
		if (!strrchr(self, '/'))
			give_up(ENDING_BROKEN,
				"%s is expected in ../%s beside this program: run the program where "
				"make has put it",
				name, directory);
		*strrchr(self, '/') = '\0';
	}
	if (getcwd(here, sizeof(here)) && strncmp(self, here, strlen(here)) == 0 &&
	    self[strlen(here)] == '/')
		length = strlen(here) + 1;
	return xasprintf("%s/%s/%s", self + length, directory, name);
}

/* The command that the user gave for a host, or NULL. */
static const char *user_command(struct lab *lab, enum host host)
{
	return lab_options(lab)->command[host];
}

/* The text with every {host} and {port} filled in; the caller frees it. */
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
 * The words of the user's command, split as a shell would split them. A client gets the server's
 * address as its last argument, like the book's, unless the command says where it goes.
 */
static char **user_words(struct lab *lab, enum host host)
{
	const char *command = user_command(lab, host);
	const char *variable = options_program_variable(host);
	const char *address = address_of(lab, SERVER);
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
	argv = xcalloc(words.we_wordc + 2, sizeof(*argv));
	for (n = 0; n < words.we_wordc; n++)
		argv[n] = xstrdup(words.we_wordv[n]);
	if (host == CLIENT && !strstr(command, "{host}"))
		argv[n] = xstrdup(address);
	wordfree(&words);
	free(filled);
	return argv;
}

/* The address that a server of core/ is told to listen at; NULL: none, for IPv4 is its default. */
static const char *listen_address(struct lab *lab, enum host host, const char *program)
{
	if (lab_options(lab)->family == AF_INET6 && host == SERVER &&
	    strncmp(program, "tcpserv", strlen("tcpserv")) == 0)
		return "::";
	return NULL;
}

/* The words of the scenario, with the path of core's program. */
static char **core_words(struct lab *lab, enum host host, const char *const *words)
{
	const char *address = listen_address(lab, host, words[0]);
	size_t count = 0;
	char **argv;

	while (words[count])
		count++;
	argv = xcalloc(count + 2, sizeof(*argv));
	argv[0] = built_path("core", words[0]);
	for (size_t i = 1; i < count; i++)
		argv[i] = xstrdup(words[i]);
	if (address)
		argv[count] = xstrdup(address);
	return argv;
}

/* The command as a person would type it: core's programs without their path. Returns the event. */
static size_t note_command(struct lab *lab, enum host host, char *const *argv)
{
	struct timeline *timeline = lab_timeline(lab);
	const char **command = timeline_words(timeline, argv);
	const char *text;

	if (!user_command(lab, host))
		command[0] = strrchr(command[0], '/') + 1;
	text = timeline_text(timeline, "$ %s", command[0]);
	for (char *const *word = argv + 1; *word; word++)
		text = timeline_text(timeline, strpbrk(*word, " \t\"\\$") ? "%s '%s'" : "%s %s",
				     text, *word);
	return lab_note(
		lab, (struct event){
			     .kind = EVENT_ACTION,
			     .host = host,
			     .action = { .verb = VERB_START, .command = command, .text = text } });
}

static _Noreturn void cannot_execute(struct lab *lab, struct here here, enum host host,
				     const char *path)
{
	if (!user_command(lab, host))
		give_up(ENDING_BROKEN,
			"%s:%d: cannot execute %s: %s. Build the programs first: make", here.file,
			here.line, path, strerror(errno));
	give_up(ENDING_UNMET,
		"cannot execute %s, of %s=\"%s\": %s.\n"
		"  Give a program that exists and is executable; a script needs a first line like "
		"#!/usr/bin/python3, or its interpreter in front.",
		path, options_program_variable(host), user_command(lab, host), strerror(errno));
}

struct actor *start_at(struct lab *lab, struct here here, enum host host, const char *const *words)
{
	const bool is_observed = !lab_options(lab)->unobserved;
	char **argv =
		user_command(lab, host) ? user_words(lab, host) : core_words(lab, host, words);
	char *path = find_program(argv[0]);
	struct actor *actor;
	size_t noted;

	if (!path)
		cannot_execute(lab, here, host, argv[0]);
	noted = note_command(lab, host, argv);
	free(argv[0]);
	argv[0] = path;
	if (!is_observed) /* no tracer would stop it at the gate */
		lab_watch_wire(lab);
	actor = launch(lab, host, argv, is_observed);
	if (!actor)
		cannot_execute(lab, here, host, path);
	lab_timeline(lab)->events[noted].pid = lab_program(actor)->pid;
	return actor;
}
