#include "diagnose/link_layer.h"

#include "diagnose/bytes.h"

#include <net/ethernet.h>
#include <string.h>

/* https://www.tcpdump.org/linktypes.html */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_PPP_ETHER = 51,
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_802_11 = 105,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_RADIOTAP = 127,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_LINUX_SLL2 = 276,
};

enum { TAG = 0x8100, SERVICE_TAG = 0x88a8, OLD_TAG = 0x9100, MPLS = 0x8847, MPLS_GROUP = 0x8848 };
enum { PPPOE_SESSION = 0x8864, PPP_IP = 0x0021, PPP_IPV6 = 0x0057 };
enum { TAGS_MOST = 4, LABELS_MOST = 16 };

static bool skip(struct datagram *datagram, size_t bytes)
{
	if (datagram->captured < bytes)
		return false;
	datagram->at += bytes;
	datagram->captured -= bytes;
	datagram->on_wire -= bytes;
	return true;
}

/* Bytes that tell where the frame was seen (FNV-1a). */
static void seen_at(struct datagram *datagram, const uint8_t *bytes, size_t count)
{
	uint32_t hash = 2166136261u ^ datagram->place;

	for (size_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	datagram->place = (uint16_t)(hash ^ hash >> 16);
}

/* An IP packet with nothing before it says itself which version it is. */
static bool bare_ip(struct datagram *datagram)
{
	if (datagram->captured < 1)
		return false;
	datagram->ether_type = datagram->at[0] >> 4 == 4   ? ETHERTYPE_IP
			       : datagram->at[0] >> 4 == 6 ? ETHERTYPE_IPV6
							   : 0;
	return true;
}

static bool ppp(struct datagram *datagram)
{
	uint16_t protocol;

	if (datagram->captured >= 2 && datagram->at[0] == 0xff) /* address and control */
		skip(datagram, 2);
	if (datagram->captured < 2)
		return false;
	if (datagram->at[0] & 1) { /* the protocol in one byte (RFC 1661 6.5) */
		protocol = datagram->at[0];
		skip(datagram, 1);
	} else {
		protocol = big16(datagram->at);
		skip(datagram, 2);
	}
	datagram->ether_type = protocol == PPP_IP     ? ETHERTYPE_IP
			       : protocol == PPP_IPV6 ? ETHERTYPE_IPV6
						      : 0;
	return true;
}

/* IEEE 802.2 with the EtherType of SNAP (RFC 1042); other than that there is no IP in it. */
static bool snap(struct datagram *datagram)
{
	static const uint8_t header[] = { 0xaa, 0xaa, 0x03 };

	datagram->ether_type = 0;
	if (datagram->captured < 8)
		return false;
	if (memcmp(datagram->at, header, sizeof(header)) == 0)
		datagram->ether_type = big16(datagram->at + 6);
	return skip(datagram, 8);
}

static bool mpls(struct datagram *datagram)
{
	bool is_last = false;

	for (int i = 0; i < LABELS_MOST && !is_last; i++) {
		if (datagram->captured < 4)
			return false;
		is_last = datagram->at[2] & 1;
		skip(datagram, 4);
	}
	return bare_ip(datagram);
}

/* What may stand between an EtherType and the packet. */
static bool tags(struct datagram *datagram)
{
	for (int i = 0; i < TAGS_MOST; i++) {
		switch (datagram->ether_type) {
		case TAG:
		case SERVICE_TAG:
		case OLD_TAG:
			if (datagram->captured < 4)
				return false;
			datagram->vlan = datagram->vlan << 12 | (big16(datagram->at) & 0xfff);
			seen_at(datagram, datagram->at, 2);
			datagram->ether_type = big16(datagram->at + 2);
			skip(datagram, 4);
			break;
		case PPPOE_SESSION:
			return skip(datagram, 6) && ppp(datagram);
		case MPLS:
		case MPLS_GROUP:
			return mpls(datagram);
		default:
			/* up to 1500 it is no type but a length (IEEE 802.3) */
			return datagram->ether_type > 1500 || snap(datagram);
		}
	}
	return true;
}

static bool ethernet(struct datagram *datagram)
{
	if (datagram->captured < sizeof(struct ether_header))
		return false;
	seen_at(datagram, datagram->at, 12);
	datagram->ether_type = big16(datagram->at + 12);
	return skip(datagram, 14) && tags(datagram);
}

/* LINUX_SLL: packet type in bytes 0-1, EtherType in 14-15. SLL2: EtherType in 0-1, interface in
 * 4-7, packet type in 10. */
static bool cooked(struct datagram *datagram, size_t header, size_t type_at, size_t place_at,
		   size_t place_bytes)
{
	if (datagram->captured < header)
		return false;
	seen_at(datagram, datagram->at + place_at, place_bytes);
	datagram->ether_type = big16(datagram->at + type_at);
	return skip(datagram, header) && tags(datagram);
}

/* The family's number is the machine's own, which is not always the one that captured. */
static bool loopback(struct datagram *datagram)
{
	return skip(datagram, 4) && bare_ip(datagram);
}

/* Data frames that are not encrypted (IEEE 802.11 9.3.2). */
static bool wireless(struct datagram *datagram)
{
	const uint8_t *at = datagram->at;
	size_t header = 24;

	datagram->ether_type = 0;
	if (datagram->captured < header)
		return false;
	if ((at[0] & 0x0c) != 0x08 || (at[0] & 0x40) || (at[1] & 0x40))
		return true; /* no data, or encrypted */
	if ((at[1] & 3) == 3)
		header += 6; /* between access points: a fourth address */
	if (at[0] & 0x80)
		header += 2; /* quality of service */
	seen_at(datagram, at + 4, 18);
	return skip(datagram, header) && snap(datagram);
}

static bool radiotap(struct datagram *datagram)
{
	/* its length is little-endian everywhere */
	return datagram->captured >= 4 &&
	       skip(datagram, (size_t)(datagram->at[3] << 8 | datagram->at[2])) &&
	       wireless(datagram);
}

static bool cisco_hdlc(struct datagram *datagram)
{
	if (datagram->captured < 4)
		return false;
	datagram->ether_type = big16(datagram->at + 2);
	return skip(datagram, 4);
}

enum link_result link_strip(struct datagram *datagram, const struct frame *frame)
{
	bool is_whole = false;

	*datagram = (struct datagram){ .at = frame->bytes,
				       .captured = frame->captured,
				       .on_wire = frame->on_wire,
				       .place = (uint16_t)frame->interface };
	switch (frame->link_type) {
	case LINK_ETHERNET:
		is_whole = ethernet(datagram);
		break;
	case LINK_LINUX_SLL:
		is_whole = cooked(datagram, 16, 14, 0, 2);
		break;
	case LINK_LINUX_SLL2:
		is_whole = cooked(datagram, 20, 0, 4, 7);
		break;
	case LINK_NULL:
	case LINK_LOOP:
		is_whole = loopback(datagram);
		break;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		is_whole = bare_ip(datagram);
		break;
	case LINK_PPP:
	case LINK_PPP_HDLC:
		is_whole = ppp(datagram);
		break;
	case LINK_PPP_ETHER:
		is_whole = skip(datagram, 6) && ppp(datagram);
		break;
	case LINK_C_HDLC:
		is_whole = cisco_hdlc(datagram);
		break;
	case LINK_802_11:
		is_whole = wireless(datagram);
		break;
	case LINK_RADIOTAP:
		is_whole = radiotap(datagram);
		break;
	default:
		return LINK_UNKNOWN;
	}
	return is_whole ? LINK_READ : LINK_DAMAGED;
}
