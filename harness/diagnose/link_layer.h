/*
 * From a frame to the network-layer packet in it, for the link types in which TCP is captured.
 * Pure.
 */
#ifndef LINK_LAYER_H
#define LINK_LAYER_H

#include "diagnose/capture_file.h"

/* A packet of the network layer, where it begins and what stood before it. */
struct datagram {
	uint16_t ether_type; /* ETHERTYPE_IP, _IPV6, _ARP, or another one, 0 when unknown */
	const uint8_t *at;
	size_t captured, on_wire; /* from here on; with what the link layer put after it */
	uint32_t vlan;            /* the tags' numbers, 0 for none: 12 bits each, outermost first */
	/* where it was seen: interface, direction, link-layer addresses, tags, as one number. Two
	 * sightings of one packet at different places have different ones, nearly always. */
	uint16_t place;
};

/* How a frame was understood. */
enum link_result {
	LINK_READ,
	LINK_DAMAGED, /* too short for what it says it is */
	LINK_UNKNOWN, /* a link type that is not read here */
};

enum link_result link_strip(struct datagram *datagram, const struct frame *frame);

#endif
