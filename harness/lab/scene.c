/* Where a scene begins: it is noted, and a run that pauses does it there. */
#include "lab/parts.h"
#include "lab/pause.h"

void lab_scene(struct lab *lab, const char *text)
{
	if (lab->pause)
		lab_turn(lab, 0); /* what has happened already is of the scene before */
	lab_note(lab, (struct event){ .kind = EVENT_SCENE, .text = text });
	if (lab->pause)
		pause_at_scene(lab->pause);
}
