/* make fuzz: one Ethernet frame, as the lab decodes its own. */
#include "record/packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct packet packet;
	char text[256];
	uint8_t *frame = malloc(bytes ? bytes : 1); /* its end is where the sanitizer looks */

	if (!frame)
		return 0;
	memcpy(frame, data, bytes);
	packet_decode(&packet, frame, bytes);
	packet_text(text, sizeof(text), &packet, packet.seq, packet.ack);
	if (packet.kind == PACKET_TCP && packet.payload + packet.payload_bytes > frame + bytes)
		abort();
	free(frame);
	return 0;
}
