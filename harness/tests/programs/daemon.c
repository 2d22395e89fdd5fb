/*
 * daemon COMMAND ...: leaves a process behind that has left its parent, session, terminal and
 * descriptors and that no friendly signal ends; then is COMMAND.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void live_on(void)
{
	static const int friendly[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE };

	for (size_t i = 0; i < sizeof(friendly) / sizeof(friendly[0]); i++)
		signal(friendly[i], SIG_IGN);
	if (chdir("/") < 0)
		_exit(1);
	for (long fd = sysconf(_SC_OPEN_MAX) < 1024 ? sysconf(_SC_OPEN_MAX) : 1024; fd-- > 0;)
		close((int)fd);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	pid_t pid = fork();

	if (argc < 2 || pid < 0)
		return 2;
	if (pid == 0) {
		setsid();
		if (fork() == 0)
			live_on();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
