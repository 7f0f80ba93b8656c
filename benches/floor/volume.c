/* The floor of hourly volume: inflate whole objects, parse version-2 lines byte by byte, add to a cell of a hash table.
 *
 *     volume INTERFACES FOLDER
 *
 * INTERFACES has lines "eni-… address"; a record goes out when its sender is an address of its interface, in when its receiver is.
 * Prints "interface hour direction action bytes packets", unordered. Assumes what a product must not: gzip of one member, a header
 * first, the default fields, no bad line. One thread. cc -O3 -march=native volume.c -ldeflate */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <libdeflate.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 1 << 20, OWN = 1 << 16 };
typedef struct { char eni[24]; uint32_t hour; uint8_t direction, action, used; uint64_t bytes, packets; } Cell;
typedef struct { char eni[24]; uint64_t address; uint8_t used; } Own;
static Cell *cells;
static Own own[OWN];
static struct libdeflate_decompressor *inflate;
static char *packed, *text;
static size_t packed_room, text_room;

static uint64_t hash(const char *eni, size_t length, uint64_t more) {
    uint64_t word = 0;
    memcpy(&word, eni + (length > 8 ? length - 8 : 0), length > 8 ? 8 : length);
    word = (word ^ more) * 0x9e3779b97f4a7c15u;
    return word ^ word >> 29;
}
static uint64_t number(const char **at) {
    uint64_t value = 0;
    while (**at >= '0') value = value * 10 + (uint64_t)(*(*at)++ - '0');
    ++*at;
    return value;
}
/* IPv4 as its number; of IPv6, which is compared as text, a mixture of its characters. */
static uint64_t address(const char **at) {
    uint64_t value = 0, octet = 0;
    const char *start = *at;
    for (; **at != ' '; ++*at)
        if (**at == '.') value = value << 8 | octet, octet = 0;
        else if (**at == ':') break;
        else octet = octet * 10 + (uint64_t)(**at - '0');
    if (**at == ':')
        for (octet = 0, value = 1, *at = start; **at != ' '; ++*at) value = value * 0x100000001b3u + (uint8_t)**at;
    ++*at;
    return value << 8 | octet;
}
static int is_own(const char *eni, size_t length, uint64_t address, int add) {
    uint64_t slot = hash(eni, length, address);
    for (;; slot++) {
        Own *found = &own[slot % OWN];
        if (!found->used) {
            if (add) memcpy(found->eni, eni, length), found->address = address, found->used = 1;
            return add;
        }
        if (found->address == address && !memcmp(found->eni, eni, length) && !found->eni[length]) return 1;
    }
}
static int object(const char *path, const struct stat *about, int kind, struct FTW *at_depth) {
    (void)at_depth;
    if (kind != FTW_F || strcmp(path + strlen(path) - 3, ".gz")) return 0;
    size_t size = (size_t)about->st_size, length;
    if (size > packed_room) packed = realloc(packed, packed_room = size * 2);
    FILE *file = fopen(path, "rb");
    if (!file || fread(packed, 1, size, file) != size) return 1;
    fclose(file);
    uint32_t whole;
    memcpy(&whole, packed + size - 4, 4);
    if (whole + 1u > text_room) text = realloc(text, text_room = whole * 2u + 1);
    if (libdeflate_gzip_decompress(inflate, packed, size, text, text_room, &length)) return 1;
    const char *end = text + length, *at = memchr(text, '\n', length);
    for (at = at ? at + 1 : end; at < end;) {
        while (*at++ != ' ') {}
        while (*at++ != ' ') {}
        const char *eni = at;
        while (*at != ' ') at++;
        size_t eni_length = (size_t)(at++ - eni);
        if (*at == '-') { at = memchr(at, '\n', (size_t)(end - at)); at = at ? at + 1 : end; continue; }
        uint64_t source = address(&at), target = address(&at);
        number(&at), number(&at), number(&at);
        uint64_t packets = number(&at), bytes = number(&at);
        uint32_t hour = (uint32_t)(number(&at) / 3600);
        number(&at);
        uint8_t action = *at == 'R';
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : end;
        uint8_t direction = is_own(eni, eni_length, source, 0) ? 'o' : is_own(eni, eni_length, target, 0) ? 'i' : 'u';
        uint64_t slot = hash(eni, eni_length, (uint64_t)hour << 20 | direction << 1 | action);
        for (;; slot++) {
            Cell *cell = &cells[slot % CELLS];
            if (!cell->used) memcpy(cell->eni, eni, eni_length), cell->hour = hour, cell->direction = direction, cell->action = action, cell->used = 1;
            else if (cell->hour != hour || cell->direction != direction || cell->action != action || memcmp(cell->eni, eni, eni_length)) continue;
            cell->bytes += bytes, cell->packets += packets;
            break;
        }
    }
    return 0;
}
int main(int count, char **arguments) {
    char line[256];
    if (count != 3) return 2;
    FILE *file = fopen(arguments[1], "r");
    while (file && fgets(line, sizeof line, file)) {
        char *gap = strchr(line, ' ');
        line[strcspn(line, "\n")] = ' ';
        const char *at = gap + 1;
        is_own(line, (size_t)(gap - line), address(&at), 1);
    }
    cells = calloc(CELLS, sizeof *cells);
    inflate = libdeflate_alloc_decompressor();
    if (!file || nftw(arguments[2], object, 32, FTW_PHYS)) return 1;
    for (Cell *cell = cells; cell < cells + CELLS; cell++)
        if (cell->used)
            printf("%s %u %s %s %llu %llu\n", cell->eni, cell->hour * 3600u, cell->direction == 'o' ? "outbound" : cell->direction == 'i' ? "inbound" : "unknown",
                   cell->action ? "reject" : "accept", (unsigned long long)cell->bytes, (unsigned long long)cell->packets);
    return 0;
}
