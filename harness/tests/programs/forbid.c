/*
 * forbid WHAT COMMAND ...: runs COMMAND on a machine that refuses something (EPERM), as containers
 * and hardened kernels do:
 *
 *	user	     user namespaces
 *	namespaces   process and mount namespaces, too
 *	network	     network namespaces
 *	mount	     mounts
 *	ptrace	     tracing
 *	packet	     packet sockets
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static scmp_filter_ctx filter;

/* A call whose argument has one of these bits; 0: any. */
static void refuse(int number, unsigned int argument, unsigned long bits)
{
	int failed = bits ? 0 : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);

	for (unsigned long bit = 1; bit && bit <= bits; bit <<= 1)
		if (bits & bit)
			failed |=
				seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 1,
						 SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, bit, bit));
	if (failed)
		_exit(2);
}

static void refuse_namespaces(unsigned long bits)
{
	refuse(SCMP_SYS(clone), 0, bits);
	refuse(SCMP_SYS(unshare), 0, bits);
	/* its flags are in memory, where no filter sees them */
	if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) < 0)
		_exit(2);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (strcmp(what, "user") == 0)
		refuse_namespaces(CLONE_NEWUSER);
	else if (strcmp(what, "namespaces") == 0)
		refuse_namespaces(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET);
	else if (strcmp(what, "network") == 0)
		refuse_namespaces(CLONE_NEWNET);
	else if (strcmp(what, "mount") == 0)
		refuse(SCMP_SYS(mount), 0, 0);
	else if (strcmp(what, "ptrace") == 0)
		refuse(SCMP_SYS(ptrace), 0, 0);
	else if (strcmp(what, "packet") == 0)
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
				 SCMP_A0(SCMP_CMP_EQ, AF_PACKET));
	else
		return 2;
	if (seccomp_load(filter) < 0)
		return 2;
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
